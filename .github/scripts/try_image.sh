#!/usr/bin/env bash
# Runs an image as little trusted as hosts do, until it is healthy and ready, and ends it: try_image.sh IMAGE
set -euo pipefail
trap 'docker logs diary; docker rm --force --volumes diary >/dev/null' EXIT

docker run --detach --name diary --init --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
  --env DIARY_LOGIN=off --publish 127.0.0.1:8501:8501 --volume /data "$1"
for _ in {1..120}; do
  [[ $(docker inspect --format '{{.State.Health.Status}}' diary) != healthy ]] || break
  sleep 1
done
[[ $(curl --silent --fail http://127.0.0.1:8501/readyz) == ready ]]
docker exec diary python -m diary demo --days 30
docker stop --time 10 diary
[[ $(docker inspect --format '{{.State.ExitCode}}' diary) != 137 ]] # 137: it did not end by itself
