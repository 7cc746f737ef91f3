# What stands for AWS's own answers, where the provider would refuse what Terraform makes up.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    domain_validation_options = [{
      domain_name           = "diary.example.com"
      resource_record_name  = "_1.diary.example.com"
      resource_record_type  = "CNAME"
      resource_record_value = "_2.acm-validations.aws"
    }]
  }
}

mock_resource "aws_acm_certificate_validation" {
  defaults = { certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
}

mock_resource "aws_cloudfront_distribution" {
  defaults = { arn = "arn:aws:cloudfront::123456789012:distribution/E1", domain_name = "d1.cloudfront.net" }
}

mock_resource "aws_cloudfront_public_key" {
  defaults = { id = "K1" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:/music-diary/app" }
}

mock_resource "aws_cognito_user_pool" {
  defaults = { id = "us-east-1_AbCdEfGhI" }
}

mock_resource "aws_cognito_user_pool_client" {
  defaults = { id = "0123456789abcdefghijklmnop" }
}

mock_resource "aws_db_instance" {
  defaults = {
    endpoint           = "music-diary.abc.us-east-1.rds.amazonaws.com:5432"
    resource_id        = "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1", kms_key_id = "1", secret_status = "active" }]
  }
}

mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:us-east-1:123456789012:repository/music-diary"
    repository_url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/music-diary"
  }
}

mock_resource "aws_iam_instance_profile" {
  defaults = { arn = "arn:aws:iam::123456789012:instance-profile/music-diary-host" }
}

mock_resource "aws_iam_openid_connect_provider" {
  defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/music-diary" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

mock_resource "aws_launch_template" {
  defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
}

mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/music-diary/1"
    arn_suffix = "app/music-diary/1"
  }
}

mock_resource "aws_lb_target_group" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/music-diary/1"
    arn_suffix = "targetgroup/music-diary/1"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    id                          = "music-diary-1"
    arn                         = "arn:aws:s3:::music-diary-1"
    bucket_regional_domain_name = "music-diary-1.s3.us-east-1.amazonaws.com"
  }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:us-east-1:123456789012:music-diary" }
}
