# What is kept of the log, and what wakes somebody. docs/operations.md tells what to do at each alarm.

resource "aws_cloudwatch_log_group" "app" {
  # checkov:skip=CKV_AWS_338: a diary's log is forgotten after a month
  name              = "/${local.name}/app"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = {
    Errors  = "{ $.level = \"ERROR\" || $.level = \"CRITICAL\" }"
    Answers = "{ $.status >= 500 }" # the proxy's, of the small size; the load balancer counts its own
  }
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = each.value

  metric_transformation {
    namespace     = local.name
    name          = each.key
    value         = "1"
    default_value = "0"
  }
}

resource "aws_sns_topic" "alarms" {
  name              = local.name
  kms_master_key_id = aws_kms_key.main.arn
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

locals {
  of_database = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  of_group    = { AutoScalingGroupName = local.name }
  of_balancer = { LoadBalancer = one(aws_lb.main[*].arn_suffix) }
  of_targets  = merge(local.of_balancer, { TargetGroup = one(aws_lb_target_group.main[*].arn_suffix) })
  of_host     = { InstanceId = one(aws_instance.host[*].id) }

  # Each: the measure, of what, how its values of five minutes are taken together, the bound, how many in a row.
  alarms_of_both = {
    errors               = [local.name, "Errors", {}, "Sum", ">", 0, 1]
    disk                 = [local.name, "DiskUsed", {}, "Maximum", ">", 80, 1]
    database-cpu         = ["AWS/RDS", "CPUUtilization", local.of_database, "Average", ">", 80, 3]
    database-connections = ["AWS/RDS", "DatabaseConnections", local.of_database, "Maximum", ">", local.size.connections, 1]
    database-storage     = ["AWS/RDS", "FreeStorageSpace", local.of_database, "Minimum", "<", 2 * 1024 * 1024 * 1024, 1]
  }
  alarms_of_small = {
    answers-5xx = [local.name, "Answers", {}, "Sum", ">", 5, 1]
    host        = ["AWS/EC2", "StatusCheckFailed", local.of_host, "Maximum", ">", 0, 1]
    host-cpu    = ["AWS/EC2", "CPUUtilization", local.of_host, "Average", ">", 45, 3] # of two cores; the program can use one
  }
  alarms_of_grown = {
    answers-5xx  = ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", local.of_balancer, "Sum", ">", 5, 1]
    balancer-5xx = ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", local.of_balancer, "Sum", ">", 5, 1]
    host         = ["AWS/ApplicationELB", "UnHealthyHostCount", local.of_targets, "Maximum", ">", 0, 2]
    no-host      = ["AWS/ApplicationELB", "HealthyHostCount", local.of_targets, "Minimum", "<", 1, 1]
    host-cpu     = ["AWS/EC2", "CPUUtilization", local.of_group, "Average", ">", 45, 3]
  }
  alarms_of_hosts = local.has_image ? (local.is_grown ? local.alarms_of_grown : local.alarms_of_small) : {}
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = merge(local.alarms_of_both, local.alarms_of_hosts)
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "What to do: docs/operations.md"
  namespace           = each.value[0]
  metric_name         = each.value[1]
  dimensions          = each.value[2]
  statistic           = each.value[3]
  comparison_operator = each.value[4] == ">" ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value[5]
  evaluation_periods  = each.value[6]
  period              = 300
  treat_missing_data  = each.key == "no-host" ? "breaching" : "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_budgets_budget" "month" {
  name         = local.name
  budget_type  = "COST"
  limit_amount = coalesce(var.budget, local.size.budget)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = { FORECASTED = 100, ACTUAL = 80 }

    content {
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = [var.alarm_email]
    }
  }
}

# docs/log.md tells how to read its answer.
resource "aws_cloudwatch_query_definition" "save" {
  name            = "${local.name}/what-happened-to-this-save"
  log_group_names = [aws_cloudwatch_log_group.app.name]
  query_string    = file("${path.module}/queries/what-happened-to-this-save.txt")
}
