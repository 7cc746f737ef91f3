# Both sizes, and the way from one to the other, against made-up answers of AWS.

mock_provider "aws" {
  source = "./tests/aws"
}

variables {
  domain      = "diary.example.com"
  zone_id     = "Z0123456789ABC"
  alarm_email = "somebody@example.com"
  image       = "ghcr.io/somebody/music-diary@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "before_there_is_an_image_there_is_no_host" {
  variables {
    image = null
  }

  assert {
    condition     = length(aws_instance.host) == 0 && length(aws_ssm_parameter.image) == 0
    error_message = "A host that finds no image would try without end."
  }
}

run "small" {
  assert {
    condition     = length(aws_instance.host) == 1 && length(aws_lb.main) == 0 && length(aws_autoscaling_group.main) == 0
    error_message = "The small size is one host and no load balancer."
  }

  assert {
    condition     = !aws_db_instance.main.multi_az && aws_db_instance.main.instance_class == "db.t4g.micro"
    error_message = "The small size has one small database."
  }

  assert {
    condition     = contains(aws_launch_template.host.vpc_security_group_ids, aws_security_group.front.id)
    error_message = "The one host is what the world reaches."
  }

  assert {
    condition     = aws_cognito_user_pool_client.main.callback_urls == toset(["https://diary.example.com/oauth2callback"]) && aws_cognito_user_pool_client.main.logout_urls == toset(["https://diary.example.com/"])
    error_message = "The ways back must be those that the program sends, to the letter."
  }

  assert {
    condition     = aws_db_instance.main.deletion_protection && !aws_s3_bucket.photos.force_destroy && aws_cognito_user_pool.main.deletion_protection == "ACTIVE" && !aws_db_instance.main.skip_final_snapshot
    error_message = "Days, photos and accounts are not destroyed without a second word."
  }

  assert {
    condition     = length(aws_iam_role.github) == 0
    error_message = "Nobody at GitHub may deploy who was not named."
  }

  assert {
    condition     = length(concat(aws_cloudfront_distribution.photos, aws_cloudfront_public_key.photos, aws_cloudfront_key_group.photos)) == 0 && length(concat(aws_cloudfront_cache_policy.photos, aws_cloudfront_origin_access_control.photos)) == 0
    error_message = "Without a key for photos' addresses there is no CloudFront."
  }
}

run "grown" {
  variables {
    size              = "grown"
    github_repository = "somebody/music-diary"
  }

  assert {
    condition     = length(aws_instance.host) == 0 && length(aws_eip.host) == 0 && aws_autoscaling_group.main[0].min_size == 2
    error_message = "The grown size has at least two hosts, all of one group."
  }

  assert {
    condition     = aws_db_instance.main.multi_az && aws_db_instance.main.backup_retention_period == 7
    error_message = "The grown size's database has a standby, and can be restored to any second of a week."
  }

  assert {
    condition     = aws_launch_template.host.vpc_security_group_ids == toset([aws_security_group.host.id])
    error_message = "Hosts are reached by the load balancer alone."
  }

  assert {
    condition     = aws_lb_target_group.main[0].stickiness[0].type == "lb_cookie" && one(aws_lb_target_group.main[0].health_check).path == "/healthz"
    error_message = "A browser stays with its host, as long as that lives."
  }

  assert {
    condition     = one(aws_autoscaling_group.main[0].instance_refresh).preferences[0].min_healthy_percentage == 100 && one(aws_autoscaling_group.main[0].initial_lifecycle_hook).default_result == "ABANDON"
    error_message = "No host goes before another is ready in its place."
  }

  assert {
    condition     = keys(aws_iam_role.github) == ["production"] && jsondecode(aws_iam_role.github["production"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:somebody/music-diary:environment:production"
    error_message = "One environment of one repository deploys, and nobody else."
  }
}

run "photos_through_cloudfront" {
  variables {
    size              = "grown"
    photos_public_key = <<-PEM
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA9wwZ5z3peu6DlEUO0j+v
    UzXFjMNnfXvVRoIrdogJrs1fGgFOi7/poNOjdQWojYtuz5YcBBHl4gO++WFFYBo3
    GCICLYbgxt5WDS2KUBVO+/SbDs6MKvjcGNx8eo9uAeRgwFt/d8Gvm3qvxOgXssja
    VbNWqP0ROG98OLYTHw5nsUqFDjf5tsLwl12OAcahTkSyc6jKm+Lhp9eP5hS2rMrE
    vxJzWPELbgi4qVLxAPr7dJHe2kk4yKDqcjoWFy8C3CxBEeUNEFl58MHjgQixOwz9
    nKL/Crv65wtAVCPYSS4FY9jecTPoV6begBx3nMaMzdfip48/Ftj1d8U0C+lq0321
    GQIDAQAB
    -----END PUBLIC KEY-----
    PEM
  }

  assert {
    condition     = aws_cloudfront_key_group.photos[0].items == toset([aws_cloudfront_public_key.photos[0].id]) && one(aws_cloudfront_distribution.photos[0].default_cache_behavior).trusted_key_groups == tolist([aws_cloudfront_key_group.photos[0].id])
    error_message = "No photo is shown without an address that the given key signed."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.photos[0].origin).origin_access_control_id == aws_cloudfront_origin_access_control.photos[0].id && aws_cloudfront_origin_access_control.photos[0].signing_behavior == "always"
    error_message = "The bucket knows the distribution by its signature."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.photos[0].default_cache_behavior).viewer_protocol_policy == "https-only" && one(aws_cloudfront_distribution.photos[0].default_cache_behavior).allowed_methods == toset(["GET", "HEAD"])
    error_message = "Photos are read there, over TLS, and nothing else is done."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.photos[0].min_ttl == 86400 && aws_cloudfront_cache_policy.photos[0].max_ttl == 86400
    error_message = "CloudFront keeps a photo for a day, though it is marked as private."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.photos.block_public_policy && aws_s3_bucket_public_access_block.photos.restrict_public_buckets
    error_message = "The bucket stays closed to the world."
  }
}

run "with_the_second_word" {
  variables {
    let_go_of_data = true
  }

  assert {
    condition     = !aws_db_instance.main.deletion_protection && aws_s3_bucket.photos.force_destroy && aws_cognito_user_pool.main.deletion_protection == "INACTIVE"
    error_message = "After the second word all can go."
  }

  assert {
    condition     = !aws_db_instance.main.skip_final_snapshot
    error_message = "Even then a last snapshot stays."
  }
}

run "what_cannot_be_right_is_refused" {
  command = plan

  variables {
    domain            = "https://diary.example.com/"
    zone_id           = "example.com"
    alarm_email       = "somebody"
    size              = "medium"
    region            = "Frankfurt"
    image             = "ghcr.io/somebody/music-diary:latest"
    proxy_image       = "docker.io/library/caddy:2"
    max_hosts         = 1
    spotify_client_id = "secret"
    photos_public_key = "-----BEGIN CERTIFICATE-----"
    backup_days       = 0
    log_days          = 31
    budget            = 0
    github_repository = "somebody/*"

    cookie_secret_version = 0
  }

  expect_failures = [
    var.domain, var.zone_id, var.alarm_email, var.size, var.region, var.image, var.proxy_image, var.max_hosts, var.spotify_client_id,
    var.photos_public_key, var.backup_days, var.log_days, var.budget, var.github_repository, var.cookie_secret_version,
  ]
}
