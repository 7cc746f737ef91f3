resource "aws_db_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_db_parameter_group" "main" {
  name_prefix = "${local.name}-"
  family      = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # A failing statement would be logged with what it was about to write: a note must not reach a log by that.
  parameter {
    name  = "log_min_error_statement"
    value = "panic"
  }
  parameter {
    name  = "log_error_verbosity"
    value = "terse"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  # checkov:skip=CKV_AWS_293: it is on until the second word
  # checkov:skip=CKV_AWS_157: the small size has no standby; grown has one
  # checkov:skip=CKV_AWS_118: a diary's database is watched by what CloudWatch tells of it anyway
  # checkov:skip=CKV_AWS_353: nor are insights into its performance looked at
  # checkov:skip=CKV_AWS_129: its log stays with it, for three days
  # checkov:skip=CKV2_AWS_30: statements hold what people wrote and are not logged
  identifier     = local.name
  engine         = "postgres"
  engine_version = "17"
  instance_class = local.size.database
  multi_az       = local.is_grown

  db_name                             = "diary"
  username                            = "diary_admin"
  manage_master_user_password         = true # in Secrets Manager, which changes it every week
  iam_database_authentication_enabled = true

  allocated_storage     = 20
  max_allocated_storage = 100
  storage_type          = "gp3"
  storage_encrypted     = true # by Amazon's own key: see aws_kms_key.main

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.main.name
  publicly_accessible    = false

  backup_retention_period    = var.backup_days
  backup_window              = "03:00-03:30"
  maintenance_window         = "sun:04:00-sun:04:30"
  auto_minor_version_upgrade = true
  apply_immediately          = true # a change is made when you look, not at night
  copy_tags_to_snapshot      = true

  deletion_protection       = !var.let_go_of_data
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.name}-final"
}
