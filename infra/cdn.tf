# Photos through CloudFront, where a key for its addresses was given. The program signs each address with the private
# half, which Terraform never sees; CloudFront shows nothing without, and S3 lets in nobody but this distribution.

locals {
  has_cdn = var.photos_public_key != null
}

resource "aws_cloudfront_public_key" "photos" {
  count       = local.has_cdn ? 1 : 0
  name_prefix = "${local.name}-" # two stand side by side while one takes the other's place
  encoded_key = "${trimspace(var.photos_public_key)}\n"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_key_group" "photos" {
  count = local.has_cdn ? 1 : 0
  name  = local.name
  items = [aws_cloudfront_public_key.photos[0].id]
}

resource "aws_cloudfront_origin_access_control" "photos" {
  count                             = local.has_cdn ? 1 : 0
  name                              = local.name
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Photos are marked `private`, so that nothing between keeps them. CloudFront keeps such ones for the least time that its
# policy says, a second in Amazon's own policies. A day is right, as it asks for a signature with each; a photo that was
# removed from the bucket is gone from everywhere a day later.
resource "aws_cloudfront_cache_policy" "photos" {
  count       = local.has_cdn ? 1 : 0
  name        = local.name
  min_ttl     = 86400
  default_ttl = 86400
  max_ttl     = 86400

  parameters_in_cache_key_and_forwarded_to_origin {
    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

data "aws_cloudfront_response_headers_policy" "security" {
  count = local.has_cdn ? 1 : 0
  name  = "Managed-SecurityHeadersPolicy"
}

resource "aws_cloudfront_distribution" "photos" {
  # checkov:skip=CKV_AWS_68: there is no program behind it that could be attacked, and no way in without a signature
  # checkov:skip=CKV_AWS_86: a log of accesses would tell who looked at which photo
  # checkov:skip=CKV_AWS_174: Amazon sets the versions of TLS that come with its own certificate
  # checkov:skip=CKV_AWS_305: nothing is at its root
  # checkov:skip=CKV_AWS_310: photos lie in one bucket
  # checkov:skip=CKV_AWS_374: people read their diaries wherever they are
  # checkov:skip=CKV2_AWS_42: nobody types its name
  # checkov:skip=CKV2_AWS_47: there is no Java behind it
  count           = local.has_cdn ? 1 : 0
  comment         = "Music Diary: photos"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = "PriceClass_100" # Europe and North America

  origin {
    origin_id                = "photos"
    domain_name              = aws_s3_bucket.photos.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.photos[0].id
  }

  default_cache_behavior {
    target_origin_id           = "photos"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    trusted_key_groups         = [aws_cloudfront_key_group.photos[0].id]
    cache_policy_id            = aws_cloudfront_cache_policy.photos[0].id
    response_headers_policy_id = data.aws_cloudfront_response_headers_policy.security[0].id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
