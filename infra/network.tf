# Hosts stand in public subnets behind closed groups, because a NAT gateway would cost as much as all the rest of the
# small size. The database stands in subnets that no way leads out of, or into.

data "aws_availability_zones" "near" {
  # checkov:skip=CKV_AWS_394: what stands stays where it is: subnets do not follow
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  network = "10.20.0.0/16"
  zones   = slice(data.aws_availability_zones.near.names, 0, 2)
}

resource "aws_vpc" "main" {
  # checkov:skip=CKV2_AWS_11: a log of all connections would tell who came when, and cost more than it tells
  cidr_block           = local.network
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.main.id
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = local.name }
}

resource "aws_subnet" "public" {
  # checkov:skip=CKV_AWS_130: hosts reach AWS and the world by addresses of their own
  count                   = 2
  vpc_id                  = aws_vpc.main.id
  availability_zone       = local.zones[count.index]
  cidr_block              = cidrsubnet(local.network, 8, count.index)
  map_public_ip_on_launch = true
  tags                    = { Name = "${local.name}-public-${count.index + 1}" }

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_subnet" "database" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(local.network, 8, count.index + 10)
  tags              = { Name = "${local.name}-database-${count.index + 1}" }

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "${local.name}-public" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "${local.name}-database" }
}

resource "aws_route_table_association" "public" {
  count          = 2
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public[count.index].id
}

resource "aws_route_table_association" "database" {
  count          = 2
  route_table_id = aws_route_table.database.id
  subnet_id      = aws_subnet.database[count.index].id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = [aws_route_table.public.id]
  tags            = { Name = "${local.name}-s3" }
}

# ------------------------------------------------------------------------------------------------ who may talk to whom

# The front is what the world reaches: the load balancer, or the one host of the small size.
resource "aws_security_group" "front" {
  name        = "${local.name}-front"
  description = "What the world reaches"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "host" {
  name        = "${local.name}-host"
  description = "Hosts of the program"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "front" {
  # checkov:skip=CKV_AWS_260: port 80 answers with the way to 443, and to the one who issues certificates
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.front.id
  description       = "The world, to ${each.key}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.key
  to_port           = each.key
}

resource "aws_vpc_security_group_egress_rule" "front_to_host" {
  count                        = local.is_grown ? 1 : 0
  security_group_id            = aws_security_group.front.id
  description                  = "The load balancer, to hosts"
  referenced_security_group_id = aws_security_group.host.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "host_from_front" {
  count                        = local.is_grown ? 1 : 0
  security_group_id            = aws_security_group.host.id
  description                  = "From the load balancer"
  referenced_security_group_id = aws_security_group.front.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "host_to_world" {
  security_group_id = aws_security_group.host.id
  description       = "AWS, the registry, the log-in, music catalogues"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "host_to_database" {
  security_group_id            = aws_security_group.host.id
  description                  = "To PostgreSQL"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "database_from_host" {
  security_group_id            = aws_security_group.database.id
  description                  = "From hosts"
  referenced_security_group_id = aws_security_group.host.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

# One record in both sizes, so that it changes in one step when the diary grows.
resource "aws_route53_record" "main" {
  zone_id = var.zone_id
  name    = var.domain
  type    = "A"
  ttl     = local.is_grown ? null : 300
  records = local.is_grown ? null : [aws_eip.host[0].public_ip]

  dynamic "alias" {
    for_each = aws_lb.main

    content {
      name                   = alias.value.dns_name
      zone_id                = alias.value.zone_id
      evaluate_target_health = false
    }
  }
}
