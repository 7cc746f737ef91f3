# What a host may do. Whoever holds it can read and change the diary, as the program can, and nothing else here.

resource "aws_iam_role" "host" {
  name = "${local.name}-host"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_instance_profile" "host" {
  name = "${local.name}-host"
  role = aws_iam_role.host.name
}

resource "aws_iam_role_policy" "host" {
  name = "host"
  role = aws_iam_role.host.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Photos"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
          Resource = "${aws_s3_bucket.photos.arn}/${local.photos}/*"
        },
        {
          Sid       = "NamesOfPhotos"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = aws_s3_bucket.photos.arn
          Condition = { StringLike = { "s3:prefix" = "${local.photos}/*" } }
        },
        {
          Sid    = "DatabaseByToken"
          Effect = "Allow"
          Action = "rds-db:connect"
          Resource = [
            for role in ["diary_app", "diary_migrate"] :
            "arn:${local.partition}:rds-db:${var.region}:${local.account}:dbuser:${aws_db_instance.main.resource_id}/${role}"
          ]
        },
        # For making these two, when a host begins. It opens nothing that diary_migrate does not own already.
        {
          Sid      = "DatabaseMaster"
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = aws_db_instance.main.master_user_secret[0].secret_arn
        },
        {
          Sid      = "Parameters"
          Effect   = "Allow"
          Action   = "ssm:GetParameter"
          Resource = "${local.parameters}/*"
        },
        {
          Sid      = "KeyOfParameters"
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = aws_kms_key.main.arn
        },
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.app.arn}:*"
        },
        {
          Sid       = "HowFullTheDiskIs"
          Effect    = "Allow"
          Action    = "cloudwatch:PutMetricData"
          Resource  = "*"
          Condition = { StringEquals = { "cloudwatch:namespace" = local.name } }
        },
        {
          Sid      = "Image"
          Effect   = "Allow"
          Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = aws_ecr_repository.main.arn
        },
        {
          Sid      = "LogInToRegistry"
          Effect   = "Allow"
          Action   = "ecr:GetAuthorizationToken"
          Resource = "*"
        },
        # AmazonSSMManagedInstanceCore would let it read every parameter of the account, so here is what of it
        # Session Manager and Run Command need. None of these can be bound to a resource.
        {
          Sid    = "SessionManager"
          Effect = "Allow"
          Action = [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
            "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage",
            "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply",
          ]
          Resource = "*"
        },
      ],
      local.is_grown ? [
        {
          Sid      = "SayReady"
          Effect   = "Allow"
          Action   = "autoscaling:CompleteLifecycleAction"
          Resource = local.group
        },
      ] : [],
    )
  })
}
