# Three values only you know; all others work as they are.

variable "domain" {
  type        = string
  description = "The diary's own host name, such as diary.example.com: nothing else may be served below it."

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A host name in small letters, without https:// and without a path."
  }
}

variable "zone_id" {
  type        = string
  description = "The Route 53 hosted zone that the domain lies in: its id, as the console shows it."

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "The id of a hosted zone begins with Z, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "alarm_email" {
  type        = string
  description = "Where alarms and the budget's warnings go."

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alarm_email))
    error_message = "A mail address."
  }
}

variable "size" {
  type        = string
  default     = "small"
  description = "small: one host and one database. grown: hosts in two zones behind a load balancer, a database with a standby."

  validation {
    condition     = contains(["small", "grown"], var.size)
    error_message = "Either small or grown."
  }
}

variable "region" {
  type        = string
  default     = "us-east-1"
  description = "The AWS region. Prices in docs/hosting.md are those of us-east-1."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region such as eu-central-1."
  }
}

variable "image" {
  type        = string
  default     = null
  description = "The program that hosts begin with, by digest; later ones are deployed. Without it everything but the hosts is made."

  validation {
    condition     = var.image == null ? true : can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "An image by its digest: REGISTRY/NAME@sha256:…, 64 hexadecimal digits."
  }
}

variable "proxy_image" {
  type        = string
  default     = "docker.io/library/caddy:2.11.4@sha256:0c994536bddb66445885237f1a5dcc1916bccea922661c76b4e9fc24061f9b52"
  description = "Caddy, which speaks TLS in front of the small size; the same as in compose.yaml."

  validation {
    condition     = can(regex("^[a-z0-9.-]+/[a-z0-9._/-]+(:[A-Za-z0-9._-]+)?@sha256:[0-9a-f]{64}$", var.proxy_image))
    error_message = "An image by its digest: REGISTRY/NAME@sha256:…, 64 hexadecimal digits."
  }
}

variable "max_hosts" {
  type        = number
  default     = 4
  description = "How many hosts the grown size may have at most; it has two at least."

  validation {
    condition     = var.max_hosts >= 2 && var.max_hosts <= 20 && floor(var.max_hosts) == var.max_hosts
    error_message = "A whole number from 2 to 20."
  }
}

variable "self_registration" {
  type        = bool
  default     = false
  description = "Whether anybody may open a diary. Otherwise you make the accounts."
}

variable "spotify_client_id" {
  type        = string
  default     = null
  description = "The client id of your Spotify app. Its secret goes into the parameter /music-diary/spotify-client-secret by hand."

  validation {
    condition     = var.spotify_client_id == null ? true : can(regex("^[0-9a-f]{32}$", var.spotify_client_id))
    error_message = "32 hexadecimal digits, as Spotify's dashboard shows them."
  }
}

variable "photos_public_key" {
  type        = string
  default     = null
  description = "The public half of the key that signs photos' addresses, as PEM: photos then come through CloudFront. The other half goes into the parameter /music-diary/photos-key by hand."

  validation {
    # How each RSA key of 2048 bits begins; CloudFront takes no longer one.
    condition     = var.photos_public_key == null ? true : can(regex("^-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$", var.photos_public_key))
    error_message = "The public half of an RSA key of 2048 bits, from -----BEGIN PUBLIC KEY----- on."
  }
}

variable "cookie_secret_version" {
  type        = number
  default     = 1
  description = "Raise it for another cookie secret, which signs everybody out once hosts have restarted."

  validation {
    condition     = var.cookie_secret_version >= 1 && floor(var.cookie_secret_version) == var.cookie_secret_version
    error_message = "A whole number from 1 on."
  }
}

variable "backup_days" {
  type        = number
  default     = 7
  description = "How many days back the database can be restored to any second."

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "From 1 to 35; without backups there is no diary."
  }
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long the log is kept."

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "One of 7, 14, 30, 60, 90, 180, 365: CloudWatch knows no other."
  }
}

variable "budget" {
  type        = number
  default     = null
  description = "Dollars a month after which you are warned; 50 for small and 160 for grown where it is not set."

  validation {
    condition     = var.budget == null ? true : var.budget > 0
    error_message = "More than nothing."
  }
}

variable "github_repository" {
  type        = string
  default     = null
  description = "OWNER/REPO whose environment 'production' may push images and deploy. Without it there is no such role."

  validation {
    condition     = var.github_repository == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "OWNER/REPO, without wildcards."
  }
}

variable "github_may_apply" {
  type        = bool
  default     = false
  description = "Whether GitHub may plan and apply this Terraform too, by its environments 'plan' and 'infrastructure'."
}

variable "let_go_of_data" {
  type        = bool
  default     = false
  description = "The second word before days, photos and accounts can be destroyed: apply with true, then destroy."
}
