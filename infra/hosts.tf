# What every host is, in both sizes; where it stands, and how many there are, is below and in grown.tf.

locals {
  database = "@${aws_db_instance.main.endpoint}/${aws_db_instance.main.db_name}"
  issuer   = "https://cognito-idp.${var.region}.amazonaws.com/${aws_cognito_user_pool.main.id}"

  settings = merge(
    {
      AWS_REGION               = var.region
      DATABASE_URL             = "postgresql://diary_app${local.database}"
      DIARY_MIGRATION_URL      = "postgresql://diary_migrate${local.database}"
      DIARY_DB_IAM             = "1"
      PGSSLROOTCERT            = "/etc/ssl/rds/global-bundle.pem" # in the image
      DIARY_PHOTOS             = "s3://${aws_s3_bucket.photos.id}/${local.photos}"
      DIARY_LOG                = "json"
      AUTH_REDIRECT_URI        = one(aws_cognito_user_pool_client.main.callback_urls)
      AUTH_CLIENT_ID           = aws_cognito_user_pool_client.main.id
      AUTH_SERVER_METADATA_URL = "${local.issuer}/.well-known/openid-configuration"
      AUTH_COOKIE_SECRET_FILE  = "/run/music-diary/auth-cookie-secret"
      AUTH_CLIENT_SECRET_FILE  = "/run/music-diary/auth-client-secret"
      FORWARDED_ALLOW_IPS      = local.is_grown ? local.network : "127.0.0.1"
    },
    var.spotify_client_id == null ? {} : {
      SPOTIPY_CLIENT_ID          = var.spotify_client_id
      SPOTIPY_CLIENT_SECRET_FILE = "/run/music-diary/spotify-client-secret"
    },
    !local.has_cdn ? {} : {
      DIARY_PHOTOS_CDN          = "https://${aws_cloudfront_distribution.photos[0].domain_name}"
      DIARY_PHOTOS_CDN_KEY_ID   = aws_cloudfront_public_key.photos[0].id
      DIARY_PHOTOS_CDN_KEY_FILE = "/run/music-diary/photos-key"
    },
  )

  host = {
    AWS_REGION  = var.region
    ADDRESS     = local.is_grown ? "0.0.0.0" : "127.0.0.1"
    DOMAIN      = var.domain
    PROXY_IMAGE = var.proxy_image
  }

  files = {
    "/etc/systemd/system/music-diary.service"      = "music-diary.service"
    "/etc/systemd/system/music-diary-disk.service" = "music-diary-disk.service"
    "/etc/systemd/system/music-diary-disk.timer"   = "music-diary-disk.timer"
    "/usr/local/bin/music-diary-deploy"            = "music-diary-deploy"
    "/usr/local/bin/music-diary-migrate"           = "music-diary-migrate"
    "/usr/local/lib/music-diary/container"         = "container"
    "/usr/local/lib/music-diary/first"             = "first"
    "/usr/local/lib/music-diary/pull"              = "pull"
    "/usr/local/lib/music-diary/ready"             = "ready"
    "/usr/local/lib/music-diary/roles.py"          = "roles.py"
    "/usr/local/lib/music-diary/secrets"           = "secrets"
  }
  files_of_proxy = {
    "/etc/music-diary/Caddyfile"                    = "Caddyfile"
    "/etc/systemd/system/music-diary-proxy.service" = "music-diary-proxy.service"
  }
}

resource "aws_launch_template" "host" {
  name                   = local.name
  image_id               = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type          = local.size.host
  vpc_security_group_ids = local.is_grown ? [aws_security_group.host.id] : [aws_security_group.host.id, aws_security_group.front.id]
  update_default_version = true

  user_data = base64encode(templatefile("${path.module}/host/cloud-init.yaml", {
    is_grown      = local.is_grown
    region        = var.region
    settings      = join("\n", [for name, value in local.settings : "${name}=${value}"])
    host          = join("\n", [for name, value in local.host : "${name}=${value}"])
    master_secret = aws_db_instance.main.master_user_secret[0].secret_arn
    files = {
      for place, name in merge(local.files, local.is_grown ? {} : local.files_of_proxy) :
      place => trimspace(file("${path.module}/host/${name}"))
    }
  }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.host.arn
  }

  # Version 2 only, and not beyond the host itself: the program runs on the host's own network.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]

    content {
      resource_type = tag_specifications.value
      tags          = { Name = local.name, Project = local.name }
    }
  }
}

# ---------------------------------------------------------------------------------------------------------- small: one

# Nothing lies on it that could be lost, so that it is replaced when it is to be another.
resource "aws_instance" "host" {
  # checkov:skip=CKV_AWS_8: its disk is encrypted, by the template
  # checkov:skip=CKV_AWS_126: five minutes are early enough for a diary
  # checkov:skip=CKV_AWS_135: Graviton is always optimized for EBS
  # checkov:skip=CKV2_AWS_41: it has its role by the template
  count     = !local.is_grown && local.has_image ? 1 : 0
  subnet_id = aws_subnet.public[0].id

  launch_template {
    id      = aws_launch_template.host.id
    version = "$Default"
  }

  # As in the template; who looks at the instance alone sees it here.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  lifecycle {
    replace_triggered_by = [aws_launch_template.host.user_data, aws_launch_template.host.instance_type]
  }

  depends_on = [aws_iam_role_policy.host, aws_ssm_parameter.image, aws_ssm_parameter.client_secret, aws_ssm_parameter.cookie_secret]
}

resource "aws_eip" "host" {
  count    = local.is_grown ? 0 : 1
  domain   = "vpc"
  instance = one(aws_instance.host[*].id)
  tags     = { Name = local.name }
}
