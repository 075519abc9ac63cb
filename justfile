# One line each: what is more lives in `cargo xtask`, so that everything works without just.

# List the recipes
[private]
default:
    @just --list --unsorted

# Run the service with its simulator (http://127.0.0.1:8080 and :8081)
[group('run')]
run *arguments:
    cargo run -- {{ arguments }}

# Run the simulator alone
[group('run')]
simulate *arguments:
    cargo run -- simulator {{ arguments }}

# Bring the database up to date
[group('run')]
migrate *arguments:
    cargo run -- migrate {{ arguments }}

# Say whether the configuration is good, and where each value comes from
[group('run')]
check-config:
    cargo run -- check-config

# Run all tests
[group('check')]
test *arguments:
    cargo xtask test {{ arguments }}

# Run the tests' MariaDB and Redis, for one test again and again
[group('check')]
servers:
    cargo xtask servers

# Run other people's WeChat SDKs against the simulator
[group('check')]
sdk:
    cargo xtask sdk

# Run the client examples against the service
[group('check')]
clients:
    cargo xtask clients

# Let logins and merges race on MariaDB for a minute
[group('check')]
soak *seconds:
    cargo xtask soak {{ seconds }}

# Measure what a login costs with ten million users, compared with ten thousand
[group('check')]
bench *arguments:
    cargo xtask bench scale {{ arguments }}

# Check that dependencies point the way they should
[group('check')]
arch:
    cargo xtask arch

# Format
[group('check')]
fmt:
    cargo fmt --all

# Lint as CI does
[group('check')]
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Everything that CI runs
[group('check')]
check:
    .ci/run

# Build the binary that is deployed
[group('release')]
release:
    cargo build --release --locked
