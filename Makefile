# make run      the diary on http://127.0.0.1:8501
# make test     all tests; installs what they need, a browser, PostgreSQL and an OpenID provider too where that can be done
# make faults   every fault, tried hard: some 40 minutes; what it counts goes into docs/reliability.md
# make bench    what pages cost, as ratios measured side by side: a quarter of an hour; goes into docs/performance.md
# make bench-keep  the same, and later figures are held against these
# make check-hosting  the image built and run, infra/ made in a stand-in AWS: a quarter of an hour; as root, on Debian
# make check    format, lint with its rules of security, types, workflows
# make audit    asks the Python package index which libraries are known to be bad
# make format   puts the format right
# make pins     newest versions into requirements*.txt and the package-lock.json of tests
# Another Python: make PYTHON=python3.13 run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := $(BIN)/python -m tests.browser.chromium
POSTGRES := $(BIN)/python -m tests.postgres
CADDY := $(BIN)/python -m tests.hosting.caddy
NPM_FOLDERS := tests/oidc tests/hosting
LOCKS := $(NPM_FOLDERS:%=%/node_modules/.package-lock.json)
APT := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	apt-get install -qq -y --no-install-recommends
have = (for one in $(1); do command -v $$one >/dev/null || exit 1; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := CUSTOM_COMPILE_COMMAND="make pins" $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: run test faults bench bench-keep check-hosting check audit format pins browser postgres proxy host npm

run: $(VENV)/runs
	$(BIN)/streamlit run streamlit_app.py

# A file stays with one worker, so that its server starts once; files go in order, so that the slow browser comes first.
# Tests wait a third of their time, for what they killed or made slow: three of them keep two cores at work.
test: $(VENV)/tests browser postgres proxy host npm
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# A crowd is measured last, by itself: another worker beside it would count as one of the crowd.
faults: $(VENV)/tests browser postgres npm
	export DIARY_FAULTS=full DIARY_FIGURES=$$(mktemp -d); crowd=tests/faults/test_crowd.py; \
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/faults --ignore=$$crowd; passed=$$?; \
	$(BIN)/python -m pytest $$crowd || passed=$$?; \
	$(BIN)/python -m tests.faults.figures $$DIARY_FIGURES; rm -r $$DIARY_FIGURES; exit $$passed

bench: $(VENV)/tests browser postgres
	$(BIN)/python -m bench

bench-keep: $(VENV)/tests browser postgres
	$(BIN)/python -m bench --keep

check-hosting: $(VENV)/tests $(VENV)/hosting/installed postgres
	@$(call have,buildah podman runc mmdebstrap catatonit newuidmap caddy) || \
		{ $(APT) buildah podman runc mmdebstrap catatonit uidmap caddy; }
	DIARY_HOSTING=1 $(BIN)/python -m pytest -rs tests/hosting/built tests/hosting/apply

check: $(VENV)/tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet .github

audit: $(VENV)/tests
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt

format: $(VENV)/tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pins: $(VENV)/tests
	$(COMPILE) requirements.in
	$(COMPILE) requirements-dev.in
	$(COMPILE) requirements-hosting.in
	for one in $(NPM_FOLDERS); do \
		$(BIN)/npm update --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --prefix $$one; done

browser: $(VENV)/tests
	@$(CHROMIUM) 2>/dev/null || { $(APT) chromium-headless-shell fonts-noto-color-emoji libatomic1; } || \
		$(BIN)/playwright install chromium || true
	@$(CHROMIUM) || test "$$CI" != true

postgres: $(VENV)/tests
	@$(POSTGRES) 2>/dev/null || { $(APT) postgresql; } || true
	@$(POSTGRES) || test "$$CI" != true

proxy: $(VENV)/tests
	@$(CADDY) 2>/dev/null || { $(APT) caddy libnss3-tools; } || true
	@$(CADDY) || test "$$CI" != true

host:
	@$(call have,cloud-init shellcheck systemd-analyze) || { $(APT) cloud-init shellcheck systemd; } || true
	@$(call have,cloud-init shellcheck systemd-analyze) || test "$$CI" != true

npm: $(LOCKS)

$(LOCKS): %/node_modules/.package-lock.json: %/package-lock.json | $(VENV)/tests
	$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix $* || test "$$CI" != true

# Its one program wants other versions of what the tests stand on.
$(VENV)/hosting/installed: requirements-hosting.txt | $(VENV)/tests
	$(BIN)/python -m venv $(VENV)/hosting
	$(VENV)/hosting/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-hosting.txt
	@touch $@

$(VENV)/tests: requirements-dev.txt $(VENV)/runs
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/runs: requirements.txt | $(BIN)/pip
	$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Music Diary needs Python 3.11 or newer. 'make PYTHON=python3.13 run' names another one."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
