#!/usr/bin/env bash
# Shows what Terraform would change for a released version, and later changes just that.
#   terraform.sh plan VERSION             writes the plan for people to read, and its fingerprint
#   terraform.sh apply VERSION SHA256     plans anew, and applies it where it is the plan of that fingerprint
# A plan's file holds secrets, so it is never handed from one to the other. TFVARS is the text of terraform.tfvars.
set -euo pipefail
cd "$(dirname "$0")/../../infra"
lock=$([[ $1 == apply ]] && echo true || echo false) # whoever only looks may not write, so takes no lock

# Hosts are told their image by deploy.py; Terraform has to know one all the same, as without it there would be no host.
TF_VAR_image=$(python3 ../.github/scripts/image.py "$2")
export TF_VAR_image TF_IN_AUTOMATION=1 TF_INPUT=0
plan=$(mktemp)
trap 'rm -f "$plan" "$plan.txt" github.auto.tfvars' EXIT
printf '%s\n' "${TFVARS:-}" >github.auto.tfvars

terraform init -no-color >&2
changes=0
terraform plan -no-color -detailed-exitcode -lock="$lock" -out="$plan" >&2 || changes=$?
[[ $changes == 0 || $changes == 2 ]] # 2: there is something to change
terraform show -no-color "$plan" >"$plan.txt"
fingerprint=$(sha256sum <"$plan.txt" | cut -d ' ' -f 1)

if [[ $1 == plan ]]; then
  { echo '## What Terraform would change' && echo '```' && cat "$plan.txt" && echo '```'; } >>"$GITHUB_STEP_SUMMARY"
  printf '%s\n' "changes=$((changes / 2))" "fingerprint=$fingerprint" >>"$GITHUB_OUTPUT"
elif [[ $fingerprint == "$3" ]]; then
  terraform apply -no-color "$plan"
else
  echo "This is another plan than the one that was shown: something has changed since. Start again." >&2
  exit 1
fi
