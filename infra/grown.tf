# The grown size: hosts in two zones behind a load balancer. A browser stays with its host, because uploads and open
# pages do.

resource "aws_acm_certificate" "main" {
  count             = local.is_grown ? 1 : 0
  domain_name       = var.domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "certificate" {
  for_each = {
    for domain in local.is_grown ? [var.domain] : [] :
    domain => one(aws_acm_certificate.main[0].domain_validation_options)
  }
  zone_id         = var.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "main" {
  count                   = local.is_grown ? 1 : 0
  certificate_arn         = aws_acm_certificate.main[0].arn
  validation_record_fqdns = [for record in aws_route53_record.certificate : record.fqdn]
}

resource "aws_lb" "main" {
  # checkov:skip=CKV_AWS_91: a log of accesses would hold addresses of photos and what people searched for
  # checkov:skip=CKV_AWS_150: it holds nothing; what holds something is protected
  # checkov:skip=CKV2_AWS_28: a firewall costs 8 dollars a month more; the program limits log-ins itself
  count                      = local.is_grown ? 1 : 0
  name                       = local.name
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.front.id]
  idle_timeout               = 300
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "main" {
  # checkov:skip=CKV_AWS_378: TLS ends at the load balancer; behind it is our own network and one group that may speak
  count                = local.is_grown ? 1 : 0
  name                 = local.name
  vpc_id               = aws_vpc.main.id
  port                 = local.port
  protocol             = "HTTP"
  deregistration_delay = 120
  slow_start           = 30

  # Whether the program lives, not whether the database does: one pause of that would take away every host. That a new
  # host finds its database is asked once, before it is let in: the hook "ready".
  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 15
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }

  stickiness {
    type            = "lb_cookie"
    cookie_duration = 86400
  }
}

resource "aws_lb_listener" "http" {
  count             = local.is_grown ? 1 : 0
  load_balancer_arn = aws_lb.main[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  count             = local.is_grown ? 1 : 0
  load_balancer_arn = aws_lb.main[0].arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.main[0].certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main[0].arn
  }
}

resource "aws_autoscaling_group" "main" {
  count                     = local.is_grown ? 1 : 0
  name                      = local.name
  min_size                  = local.has_image ? local.size.hosts : 0
  max_size                  = local.has_image ? var.max_hosts : 0
  vpc_zone_identifier       = aws_subnet.public[*].id
  target_group_arns         = [aws_lb_target_group.main[0].arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  default_instance_warmup   = 120

  launch_template {
    id      = aws_launch_template.host.id
    version = aws_launch_template.host.latest_version
  }

  # A new host is let in once it says by /readyz that it finds its database and its tables in order, or never.
  initial_lifecycle_hook {
    name                 = "ready"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = 600
    default_result       = "ABANDON"
  }

  # New hosts come before old ones go, when this template changes as when a new image is deployed. Auto Scaling's own
  # way back is none here: it knows templates, not the parameter that tells the image, and refuses AMIs by parameter.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
    }
  }

  tag {
    key                 = "Name"
    value               = local.name
    propagate_at_launch = true
  }

  depends_on = [aws_iam_role_policy.host, aws_ssm_parameter.image, aws_ssm_parameter.client_secret, aws_ssm_parameter.cookie_secret]
}

# A host has two cores and its program uses one at most: at 50 % it can do no more.
resource "aws_autoscaling_policy" "cpu" {
  count                  = local.is_grown ? 1 : 0
  name                   = "cpu"
  autoscaling_group_name = aws_autoscaling_group.main[0].name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 40

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}
