# The host reads these when the program starts, into memory.

# Made up when it is applied, and kept nowhere else: neither plan nor state holds what is only written.
resource "aws_ssm_parameter" "cookie_secret" {
  name             = "/${local.name}/auth-cookie-secret"
  type             = "SecureString"
  key_id           = aws_kms_key.main.arn
  value_wo         = replace("${uuid()}${uuid()}", "-", "")
  value_wo_version = var.cookie_secret_version
}

# The client's own resource has it in the state already, as Cognito gives it: keep the state's bucket closed.
resource "aws_ssm_parameter" "client_secret" {
  name             = "/${local.name}/auth-client-secret"
  type             = "SecureString"
  key_id           = aws_kms_key.main.arn
  value_wo         = aws_cognito_user_pool_client.main.client_secret
  value_wo_version = parseint(substr(sha256(aws_cognito_user_pool_client.main.id), 0, 7), 16) # another client, another secret
}

# What new hosts begin with.
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
