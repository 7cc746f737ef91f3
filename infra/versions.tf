terraform {
  required_version = ">= 1.11" # arguments that never reach the state

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Which bucket, and in which region, is told to `terraform init`: docs/hosting.md.
  backend "s3" {
    key          = "music-diary.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = local.name }
  }
}
