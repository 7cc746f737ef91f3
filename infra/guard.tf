# Whoever destroys the stack meets this first, as it stands on all the rest: nothing goes before it does, and it goes
# only after the second word was applied. AWS itself guards database, bucket and accounts besides.
resource "terraform_data" "guard" {
  input = var.let_go_of_data

  provisioner "local-exec" {
    when    = destroy
    command = self.input ? "exit 0" : "echo Say first: terraform apply -var let_go_of_data=true && exit 1"
  }

  # All that nothing else stands on.
  depends_on = [
    aws_autoscaling_group.main,
    aws_autoscaling_policy.cpu,
    aws_budgets_budget.month,
    aws_cloudfront_distribution.photos,
    aws_cloudwatch_log_metric_filter.this,
    aws_cloudwatch_metric_alarm.this,
    aws_cloudwatch_query_definition.save,
    aws_cognito_user_pool_client.main,
    aws_cognito_user_pool_domain.main,
    aws_db_instance.main,
    aws_default_security_group.closed,
    aws_ecr_lifecycle_policy.main,
    aws_iam_role_policy.host,
    aws_iam_role_policy.plan,
    aws_iam_role_policy.production,
    aws_iam_role_policy_attachment.infrastructure,
    aws_iam_role_policy_attachment.plan,
    aws_instance.host,
    aws_lb_listener.http,
    aws_lb_listener.https,
    aws_route53_record.main,
    aws_route_table_association.database,
    aws_route_table_association.public,
    aws_s3_bucket_lifecycle_configuration.photos,
    aws_s3_bucket_ownership_controls.photos,
    aws_s3_bucket_policy.photos,
    aws_s3_bucket_public_access_block.photos,
    aws_s3_bucket_server_side_encryption_configuration.photos,
    aws_sns_topic_subscription.alarms,
    aws_ssm_parameter.client_secret,
    aws_ssm_parameter.cookie_secret,
    aws_ssm_parameter.image,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.front_to_host,
    aws_vpc_security_group_egress_rule.host_to_database,
    aws_vpc_security_group_egress_rule.host_to_world,
    aws_vpc_security_group_ingress_rule.database_from_host,
    aws_vpc_security_group_ingress_rule.front,
    aws_vpc_security_group_ingress_rule.host_from_front,
  ]
}
