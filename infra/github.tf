# GitHub's environments get roles of their own, by a token of minutes; no key is kept there. "production" pushes images
# and deploys them. Where `github_may_apply`, "plan" looks at everything but photos, and "infrastructure" may change
# everything: let people of your choice approve that one.

locals {
  github_roles = var.github_repository == null ? [] : concat(["production"], var.github_may_apply ? ["plan", "infrastructure"] : [])
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = length(local.github_roles) > 0 ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "github" {
  for_each = toset(local.github_roles)
  name     = "${local.name}-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:${var.github_repository}:environment:${each.key}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "production" {
  count = contains(local.github_roles, "production") ? 1 : 0
  name  = "deploy"
  role  = aws_iam_role.github["production"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = aws_ecr_repository.main.arn
      },
      {
        Sid      = "SayWhichImage"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:PutParameter"]
        Resource = "${local.parameters}/image"
      },
      {
        Sid      = "CommandsByShell"
        Effect   = "Allow"
        Action   = "ssm:SendCommand"
        Resource = "arn:${local.partition}:ssm:${var.region}::document/AWS-RunShellScript"
      },
      {
        Sid       = "CommandsToHosts"
        Effect    = "Allow"
        Action    = "ssm:SendCommand"
        Resource  = "arn:${local.partition}:ec2:${var.region}:${local.account}:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/Project" = local.name } }
      },
      {
        Sid      = "WhatBecameOfIt"
        Effect   = "Allow"
        Action   = ["autoscaling:DescribeInstanceRefreshes", "ssm:DescribeInstanceInformation", "ssm:ListCommandInvocations"]
        Resource = "*"
      },
      {
        Sid      = "ReplaceHosts"
        Effect   = "Allow"
        Action   = ["autoscaling:CancelInstanceRefresh", "autoscaling:StartInstanceRefresh"]
        Resource = local.group
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "plan" {
  count      = contains(local.github_roles, "plan") ? 1 : 0
  role       = aws_iam_role.github["plan"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  count = contains(local.github_roles, "plan") ? 1 : 0
  name  = "plan"
  role  = aws_iam_role.github["plan"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "ParametersAreRead", Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.main.arn },
      { Sid = "PhotosAreNot", Effect = "Deny", Action = "s3:GetObject*", Resource = "${aws_s3_bucket.photos.arn}/*" },
    ]
  })
}

# Whoever may make roles can make one that may do anything, so that less would only seem less.
resource "aws_iam_role_policy_attachment" "infrastructure" {
  # checkov:skip=CKV_AWS_274: off unless asked for, and for an environment that people approve
  count      = contains(local.github_roles, "infrastructure") ? 1 : 0
  role       = aws_iam_role.github["infrastructure"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}
