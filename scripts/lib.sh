# shellcheck shell=bash
# What run, test, check and lock share: making Limber's own Python environment, .venv, ready. Sourced, not run.
#
# The environment is complete when it holds a stamp, written last, that names the locks, these lines, the
# folder and the Python it was made for. Without that stamp it is thrown away and made anew: no half-installed
# state outlives an interruption. Everything said here goes to stderr; with $quiet set, only errors are said.

set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python
quiet=${quiet-}

run_packages=(libportaudio2 libspeexdsp1 espeak-ng flite)
[ "$(uname -m)" != aarch64 ] || run_packages+=(libatomic1) # which vosk's library wants there
test_packages=("${run_packages[@]}" mosquitto openssl postgresql pulseaudio pulseaudio-utils libasound2-plugins sox
    libfst-tools festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts)

say() {
    [ -n "$quiet" ] || printf '%s\n' "$*" >&2
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# step MESSAGE COMMAND…: run the command; show the last line it printed while it works, its last lines if it fails.
step() {
    local message=$1 log failed=
    shift
    log=$(mktemp)
    "$@" </dev/null 2>&1 | tee -- "$log" | show_progress "$message" || failed=yes
    [ -z "$failed" ] || { tail -n 15 -- "$log" && printf '%s: failed.\n' "$message"; } >&2
    rm -f -- "$log"
    [ -z "$failed" ]
}

show_progress() {
    local message=$1 line since=$SECONDS
    if [ -n "$quiet" ]; then
        cat >/dev/null
    elif [ -t 2 ]; then
        printf '%s' "$message" >&2
        while IFS= read -r line; do
            printf '\r\033[K%.*s' "$((${COLUMNS:-$(tput cols)} - 1))" "$message: ${line//[[:cntrl:]]/}" >&2
        done
        printf '\r\033[K%s: done\n' "$message" >&2
    else
        say "$message"
        while IFS= read -r line; do
            if ((SECONDS - since >= 15)); then
                since=$SECONDS
                say "$message: ${line:0:100}"
            fi
        done
    fi
}

fingerprint() {
    { printf '%s\n' "$root" && "$python" -V && cat -- "$root"/requirements/*.lock "$root/scripts/lib.sh"; } 2>&1 |
        sha256sum
}

# ready run|dev: is the environment there, complete, and made from these very files?
ready() {
    [ -e "$venv/.ready-$1" ] && [ "$(<"$venv/.ready-$1")" = "$(fingerprint)" ]
}

# set_up run|dev: make the environment ready, unless it is; only one process at a time.
set_up() {
    ready "$1" && return
    [ -w "$root" ] || die "Limber installs itself into $root, where you may not write; clone it into a folder of yours."
    exec 9>"$root/.venv.lock"
    if ! flock --nonblock 9; then
        say "Another set-up is at work here; waiting for it to end."
        flock 9
    fi
    if ! ready "$1"; then
        trap 'say "Interrupted; the next start sets up anew."; exit 130' INT TERM
        check_machine
        say "Setting up Limber in $venv; this happens once and takes a few minutes."
        install_system_packages "$1"
        install_python_packages "$1"
        trap - INT TERM
    fi
    exec 9>&-
}

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

can_make_environments() {
    command -v uv >/dev/null || "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null
}

# What is not 64-bit has no packages. A 64-bit kernel may run a 32-bit system, as on many a Raspberry Pi.
check_machine() {
    case $(uname -m) in
        x86_64 | aarch64) ;;
        *) die "Limber needs a 64-bit system, x86_64 or aarch64; this one is $(uname -m)." ;;
    esac
    [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 64 ] ||
        die "Limber needs a 64-bit system; here only the kernel is one, all programs are 32-bit."
}

install_system_packages() {
    local wanted=("${run_packages[@]}") missing=() known=() unknown=() installed name as_root=()
    [ "$1" = run ] || wanted=("${test_packages[@]}")
    # Tests in a browser are skipped without one; it may be there without being Debian's package.
    [ "$1" = run ] || [ -x /usr/bin/chromium ] || wanted+=(chromium)
    can_make_environments || wanted+=(python3-venv)
    if ! command -v apt-get >/dev/null; then
        say "This is no Debian: if they are missing, install what it calls ${wanted[*]}."
        return
    fi
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null) || true
    for name in "${wanted[@]}"; do
        grep -qx "installed $name" <<<"$installed" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "Missing system packages; to install them: sudo apt-get install ${missing[*]}"
        may_use_sudo || return 0
        as_root=(sudo -n)
    fi
    # --no-remove: PulseAudio, for the tests, must not drive out a desktop's PipeWire.
    step "Looking for ${missing[*]}" "${as_root[@]}" apt-get -q update || true
    for name in "${missing[@]}"; do # Ubuntu has no chromium, and one name that is not known refuses all
        if apt-cache show -- "$name" >/dev/null 2>&1; then known+=("$name"); else unknown+=("$name"); fi
    done
    [ ${#unknown[@]} -eq 0 ] || say "There is no package here, so going on without: ${unknown[*]}"
    [ ${#known[@]} -gt 0 ] || return 0
    step "Installing ${known[*]}" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y --no-remove --no-install-recommends install "${known[@]}" ||
        say "Going on without ${known[*]}."
}

# Only where nobody must type a password, and only when the user, at a terminal, says yes.
may_use_sudo() {
    local answer
    [ -z "$quiet" ] && [ -t 0 ] && [ -t 2 ] && sudo -n true 2>/dev/null || return 1
    read -r -p "Shall I do that now? [y/N] " answer
    [[ $answer == [yY]* ]]
}

# Python finds the package here. The path is relative, as in the C locale Python cannot read one with an é in it.
link_checkout() {
    "$python" - "$root" <<'END'
import os, sys, sysconfig
folder = sysconfig.get_path("purelib")
with open(os.path.join(folder, "limber.pth"), "w", encoding="ascii") as link:
    link.write(os.path.relpath(sys.argv[1], folder) + "\n")
END
}

install_python_packages() {
    local pip from=(-r "$root/requirements/run.lock") base
    base=$(find_python)
    [ "$1" = run ] || from+=(-r "$root/requirements/dev.lock")
    if ! ready run && ! ready dev; then
        rm -rf -- "$venv"
        if command -v uv >/dev/null; then
            step "Making the Python environment" uv venv --python "${base:->=3.11,<3.15}" "$venv"
        elif [ -z "$base" ]; then
            die "Limber needs Python 3.11 or newer, and uv or python3-venv; found $(python3 -V 2>&1 || true)."
        elif can_make_environments; then
            step "Making the Python environment" "$base" -m venv "$venv"
        else
            die "Python cannot make an environment here before python3-venv is installed."
        fi
    fi
    rm -f -- "$venv"/.ready-*
    # Python compiles what it imports: of these packages that is a small part.
    pip=(env PIP_USER=0 "$python" -m pip install --no-input --disable-pip-version-check --no-compile)
    if command -v uv >/dev/null; then
        pip=(uv pip install --python "$python")
    fi
    step "Installing the build tools" "${pip[@]}" --require-hashes -r "$root/requirements/build.lock"
    # srt, which vosk needs, comes as source only; its build uses the tools just installed, not whatever is newest.
    step "Installing Python packages" "${pip[@]}" --require-hashes "${from[@]}" \
        --no-build-isolation --only-binary :all: --no-binary srt
    link_checkout
    [ "$1" = run ] || fingerprint >"$venv/.ready-dev"
    fingerprint >"$venv/.ready-run"
}
