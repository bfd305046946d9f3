# What the commands of this folder's parent share; to be sourced by them.
# Installs what Debian packages are missing, and says what Rust is wanted.

rust_wanted=1.95

# install PACKAGE …: installs packages of Debian, as root or by sudo.
install() {
    if ! command -v apt-get >/dev/null; then
        echo "Please install: $*" >&2
        exit 1
    fi
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then sudo=(sudo); fi
    "${sudo[@]}" apt-get update -q
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@"
}

check_rust() {
    # A fresh login shell may not know where rustup put it.
    if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
        export PATH="$HOME/.cargo/bin:$PATH"
    fi
    local found
    found=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || found=none
    if [ "$(printf '%s\n' "$rust_wanted" "$found" | sort -V | head -n 1)" != "$rust_wanted" ] ||
        [ "$found" = none ]; then
        echo "Rust $rust_wanted or newer is needed, cargo here: $found." >&2
        echo "Install or update it with rustup, see https://rustup.rs" >&2
        exit 1
    fi
    if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
        echo "rustfmt or clippy is missing: rustup component add rustfmt clippy" >&2
        exit 1
    fi
}
