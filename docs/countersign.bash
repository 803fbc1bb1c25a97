# countersign.bash - completion for bash. Installed where bash-completion finds it; or: source docs/countersign.bash
#
# Commands and options come from the program's own --help, so they are always those of the program that is installed.

# The words at the beginning of the indented lines below a heading of --help.
_countersign_words()
{
    "$@" --help 2>/dev/null | sed -n '/^\(commands\|options\):/,/^$/s/^  \([a-z-]*\).*/\1/p'
}

_countersign()
{
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words

    if [ "$previous" = --config ] || [ "$previous" = --facts ] || [ "$previous" = --csr ]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    if [ "$COMP_CWORD" = 1 ]; then
        words="$(_countersign_words "$program") --help --version"
    elif [ "$previous" = revoke ] && [ "${COMP_WORDS[1]}" = certificate ]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    elif [ "$previous" = --reason ] && [ "${COMP_WORDS[1]}" = certificate ]; then
        words="unspecified keyCompromise affiliationChanged superseded cessationOfOperation"
    else
        words=$(_countersign_words "$program" "${COMP_WORDS[1]}")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _countersign countersign
