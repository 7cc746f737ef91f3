# The host reads these when the program starts. The image by digest is what new hosts begin with; deploying changes it.

# Made once and never kept here: neither plan nor state holds it.
ephemeral "aws_secretsmanager_random_password" "cookie" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_ssm_parameter" "cookie_secret" {
  name             = "/${local.name}/auth-cookie-secret"
  type             = "SecureString"
  key_id           = aws_kms_key.main.arn
  value_wo         = ephemeral.aws_secretsmanager_random_password.cookie.random_password
  value_wo_version = var.cookie_secret_version
}

# The client's resource has the secret in the state already, as Cognito gives it: keep the state's bucket closed.
resource "aws_ssm_parameter" "client_secret" {
  name             = "/${local.name}/auth-client-secret"
  type             = "SecureString"
  key_id           = aws_kms_key.main.arn
  value_wo         = aws_cognito_user_pool_client.main.client_secret
  value_wo_version = 1
}

resource "aws_ssm_parameter" "image" {
  # checkov:skip=CKV2_AWS_34: the name of an image is no secret
  count = local.has_image ? 1 : 0
  name  = "/${local.name}/image"
  type  = "String"
  value = var.image

  lifecycle {
    ignore_changes = [value] # whoever deploys sets it
  }
}
