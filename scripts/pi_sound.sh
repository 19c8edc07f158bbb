# shellcheck shell=bash
# The sound of an appliance: which microphone and speaker, how loud, and none by HDMI. Sourced by install-pi.

# shellcheck disable=SC2154 # dry, home, program, root, state, uid and user are set by install-pi
alsa=/etc/alsa/conf.d/90-limber.conf
speaker_volume=70%
microphone_volume=100%

# sound_name sources|sinks: the server's name for the device to use: by USB, else any but a screen's.
sound_name() {
    as_user pactl -f json list "$1" 2>/dev/null | python3 -c '
import json, sys
def rank(one):
    facts = one["properties"]
    return "hdmi" in (one["name"] + facts.get("device.profile.name", "")).lower(), facts.get("device.bus") != "usb"
found = [one for one in json.load(sys.stdin) if not one["name"].endswith((".monitor", "auto_null"))]
print(min(found, key=rank)["name"] if found else "")
' 2>/dev/null || true
}

sound_do() {
    local microphone speaker ends=$((SECONDS + 10))
    if ! has_systemd; then
        fine "no sound server runs here yet: call this again when it does"
        return
    fi
    [ -n "$dry" ] || systemctl start "user@$uid.service"
    while
        microphone=$(sound_name sources) speaker=$(sound_name sinks)
        { [ -z "$microphone" ] || [ -z "$speaker" ]; } && [ -z "$dry" ] && ((SECONDS < ends))
    do
        sleep 1
    done
    if [ -z "$microphone" ] || [ -z "$speaker" ]; then
        fine "no microphone and speaker yet (heard of: ${microphone:-none}, ${speaker:-none}): plug them in, call this again"
        return
    fi
    put "$alsa" 644 <<END
# Written by Limber's scripts/install-pi: the devices that Limber uses, by the sound server's names for them.
pcm.limber_microphone { type pulse device "$microphone" hint { show on description "$microphone" } }
pcm.limber_speaker { type pulse device "$speaker" hint { show on description "$speaker" } }
END
    sound_set source "$microphone" "$microphone_volume"
    sound_set sink "$speaker" "$speaker_volume"
    configure_do
    [[ $speaker == *hdmi* ]] || hdmi_do
}

# sound_set source|sink NAME VOLUME: once for each device, as the sound server remembers it; later it is the user's.
sound_set() {
    local kind=$1 name=$2 volume=$3
    if [ "$(remembered "volume-$kind" | cut -d' ' -f1)" = "$name" ]; then
        fine "the $kind $name has its volume"
        return
    fi
    change "make $name the $kind to use, at $volume" sound_set_now "$@"
}

sound_set_now() {
    local kind=$1 name=$2 volume=$3 before
    before=$(as_user pactl "get-$kind-volume" "$name" | grep -o '[0-9]*%' | head -n 1)
    remember "default-$kind" "$(as_user pactl "get-default-$kind")"
    rm -f -- "$state/volume-$kind"
    remember "volume-$kind" "$name $before"
    as_user pactl "set-default-$kind" "$name"
    as_user pactl "set-$kind-mute" "$name" 0
    as_user pactl "set-$kind-volume" "$name" "$volume"
}

sound_undo() {
    local kind name before
    for kind in source sink; do
        read -r name before < <(remembered "volume-$kind") || continue
        has_systemd || continue
        change "give $name its volume of before" sound_set_back "$kind" "$name" "$before"
    done
    drop "$alsa"
    configure_undo
    hdmi_undo
}

# What is not plugged in any more stays as it is.
sound_set_back() {
    quietly as_user pactl "set-$1-volume" "$2" "$3"
    quietly as_user pactl "set-default-$1" "$(remembered "default-$1")"
}

configured() { grep -Eq "^$1 = \"$2\"" "$home/.config/limber/config.toml" 2>/dev/null; }

configure_do() {
    local config=$home/.config/limber/config.toml key
    [ -e "$config" ] || change "write $config" as_user "$program" --quiet config write
    for key in microphone speaker; do
        if [ -z "$dry" ] && configured "$key" ''; then
            change "name the $key in $config" as_user sed -i "s/^$key = \"\"/$key = \"limber_$key\"/" "$config"
        else
            fine "the $key is named in $config"
        fi
    done
}

configure_undo() {
    local config=$home/.config/limber/config.toml key
    for key in microphone speaker; do
        configured "$key" "limber_$key" || continue
        change "name no $key in $config" as_user sed -i "s/^$key = \"limber_$key\"/$key = \"\"/" "$config"
    done
    # As it is now, it says nothing that is not said without it.
    if [ -e "$config" ] && cmp -s -- "$config" "$root/config.example.toml"; then
        change "remove $config" as_user rm -- "$config"
        quietly as_user rmdir --ignore-fail-on-non-empty -- "${config%/*}"
    fi
}

boot_config() {
    local file
    for file in /boot/firmware/config.txt /boot/config.txt; do
        if [ -e "$file" ]; then
            printf '%s' "$file"
            return
        fi
    done
}

# Else sound goes to a television that is off, or comes from it late, whenever the speaker is unplugged.
hdmi_do() {
    local file
    file=$(boot_config)
    if [ -z "$file" ] || ! grep -q '^dtoverlay=vc4-kms-v3d$' "$file"; then
        fine "no sound goes to a screen by HDMI"
    else
        change "let no sound go to a screen by HDMI, from the next boot on ($file)" \
            sed -i 's/^dtoverlay=vc4-kms-v3d$/dtoverlay=vc4-kms-v3d,noaudio/' "$file"
        [ -n "$dry" ] || remember hdmi none
    fi
}

hdmi_undo() {
    local file
    file=$(boot_config)
    [ -n "$file" ] && [ -e "$state/hdmi" ] || return 0
    change "let sound go to a screen by HDMI again ($file)" \
        sed -i 's/^dtoverlay=vc4-kms-v3d,noaudio$/dtoverlay=vc4-kms-v3d/' "$file"
}
