# Music Diary at Amazon's, in two sizes. docs/hosting.md leads from nothing to a logged-in page.

locals {
  name = "music-diary"

  # All that differs in kind is `is_grown`; all that differs in amount stands here.
  sizes = {
    small = { host = "t4g.small", hosts = 1, database = "db.t4g.micro", connections = 60, budget = 50 }
    grown = { host = "t4g.small", hosts = 2, database = "db.t4g.small", connections = 140, budget = 160 }
  }
  size      = local.sizes[var.size]
  is_grown  = var.size == "grown"
  has_image = var.image != null

  account    = data.aws_caller_identity.me.account_id
  partition  = data.aws_partition.here.partition
  parameters = "arn:${local.partition}:ssm:${var.region}:${local.account}:parameter/${local.name}"
  group      = "arn:${local.partition}:autoscaling:${var.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/${local.name}"
  port       = 8501
}

data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

# One key for what is no diary: alarms, secrets and the log, all of which end with the stack. Days and photos are
# encrypted by keys of Amazon's, which outlive it: a last snapshot is worth nothing once its key is gone.
resource "aws_kms_key" "main" {
  description             = "Music Diary: alarms, secrets, log"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByPoliciesOfThisAccount"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AlarmsIntoTheTopic"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
      },
      {
        Sid       = "LinesIntoTheLog"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/${local.name}/app"
          }
        }
      },
    ]
  })
}
