# shellcheck shell=bash
# The screen of an appliance: the page fills it, and nothing but the page turns it dark. Sourced by install-pi.

# shellcheck disable=SC2154 # dry, home, kiosk, program, root, state, uid, units and user are set by install-pi
mark='# limber: the next line'

kiosk_do() {
    if [ -z "$kiosk" ]; then
        fine "the screen stays as it is"
    elif has_desktop; then
        autostart_do
        blanking_do
    else
        # Nothing turns a screen of the console, or of cage, off.
        put "$units/limber-kiosk@.service" 644 <"$root/packaging/systemd/limber-kiosk@.service"
        enable "limber-kiosk@$uid.service"
    fi
}

kiosk_undo() {
    disable "limber-kiosk@$uid.service"
    drop "$units/limber-kiosk@.service"
    autostart_undo
    blanking_undo
    quietly as_user rm -rf -- "$home/.cache/limber/kiosk"
}

autostart_do() {
    local file=$home/.config/labwc/autostart
    if grep -qxF "$mark" "$file" 2>/dev/null; then
        fine "the page fills the screen after login"
    else
        change "let the page fill the screen after login ($file)" as_user sh -c \
            "mkdir -p '${file%/*}' && printf '%s\n' '$mark' '$program screen --kiosk &' >>'$file'"
    fi
}

autostart_undo() {
    local file=$home/.config/labwc/autostart
    grep -qxF "$mark" "$file" 2>/dev/null || return 0
    change "let the desktop stay after login ($file)" as_user sed -i "/^$mark\$/,+1d" "$file"
    [ -s "$file" ] || quietly as_user rm -- "$file"
    quietly as_user rmdir --ignore-fail-on-non-empty -- "${file%/*}"
}

# The page dims by itself, and wanders so that nothing burns in: a desktop that turns the screen off hides it.
blanking_do() {
    local before
    command -v raspi-config >/dev/null || return 0
    before=$(raspi-config nonint get_blanking)
    if [ "$before" = 1 ]; then
        fine "the desktop leaves the screen on"
    else
        change "let the desktop leave the screen on" raspi-config nonint do_blanking 1
        [ -n "$dry" ] || remember blanking "$before"
    fi
}

blanking_undo() {
    local before
    before=$(remembered blanking) && command -v raspi-config >/dev/null || return 0
    change "let the desktop turn the screen off as before" raspi-config nonint do_blanking "$before"
}
