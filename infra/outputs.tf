output "address" {
  description = "Where the diary is."
  value       = "https://${var.domain}/"
}

output "user_pool" {
  description = "Where accounts are made: aws cognito-idp admin-create-user --user-pool-id … --username MAIL"
  value       = aws_cognito_user_pool.main.id
}

output "repository" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.main.repository_url
}

output "host" {
  description = "The small size's host: aws ssm start-session --target …; of grown, the group of hosts."
  value       = local.is_grown ? aws_autoscaling_group.main[0].name : one(aws_instance.host[*].id)
}

output "database" {
  description = "The database's endpoint, which hosts alone can reach."
  value       = aws_db_instance.main.endpoint
}

output "photos" {
  description = "The bucket that photos lie in."
  value       = aws_s3_bucket.photos.id
}

output "log" {
  description = "The group of the log: aws logs tail …"
  value       = aws_cloudwatch_log_group.app.name
}

output "github_roles" {
  description = "What each of GitHub's environments is to assume: its variable AWS_ROLE."
  value       = { for environment, role in aws_iam_role.github : environment => role.arn }
}
