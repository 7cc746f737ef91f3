# The program asks for AES256 itself with each photo, and shows photos by addresses it signs: for S3, or for the
# CloudFront of cdn.tf, where that is.

locals {
  photos = "photos" # all that the program keeps lies below it
}

resource "aws_s3_bucket" "photos" {
  # checkov:skip=CKV_AWS_18: a log of accesses would tell who looked at which photo
  # checkov:skip=CKV_AWS_144: versions and a backup elsewhere, as docs/hosting.md has it, cost less than a second region
  # checkov:skip=CKV_AWS_145: AES256 is what the program asks for
  # checkov:skip=CKV2_AWS_62: nobody waits for events
  bucket_prefix = "${local.name}-"
  force_destroy = var.let_go_of_data
}

resource "aws_s3_bucket_public_access_block" "photos" {
  bucket                  = aws_s3_bucket.photos.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "photos" {
  bucket = aws_s3_bucket.photos.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "photos" {
  bucket = aws_s3_bucket.photos.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "photos" {
  bucket = aws_s3_bucket.photos.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# What the diary forgets after 30 days is gone from the bucket 30 days later.
resource "aws_s3_bucket_lifecycle_configuration" "photos" {
  bucket = aws_s3_bucket.photos.id

  rule {
    id     = "forget"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.photos]
}

resource "aws_s3_bucket_policy" "photos" {
  bucket = aws_s3_bucket.photos.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "NothingInTheClear"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [aws_s3_bucket.photos.arn, "${aws_s3_bucket.photos.arn}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      local.has_cdn ? [
        {
          Sid       = "PhotosThroughCloudFront"
          Effect    = "Allow"
          Principal = { Service = "cloudfront.amazonaws.com" }
          Action    = "s3:GetObject"
          Resource  = "${aws_s3_bucket.photos.arn}/${local.photos}/*"
          Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.photos[0].arn } }
        },
      ] : [],
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.photos]
}
