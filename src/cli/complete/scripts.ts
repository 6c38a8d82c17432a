export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What the shell has to read once; it asks `stash __complete` for every word, so it never grows old. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = `# stash completion for bash. Load it with:  source <(stash completion bash)
_stash() {
  local IFS=$'\\n' out
  COMPREPLY=()
  # Without descriptors of its own the command could eat what the user types next.
  out=$("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null) || return 0
  local word
  for word in $out; do
    if [ "$word" = ":files" ]; then
      COMPREPLY+=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
      compopt -o filenames 2>/dev/null
    else
      COMPREPLY+=("$word")
    fi
  done
}
complete -F _stash stash
`;

const ZSH = `#compdef stash
# stash completion for zsh. Load it with:  source <(stash completion zsh)
_stash() {
  local -a out
  local word files
  out=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  files=\${out[(r):files]}
  out=("\${(@)out:#:files}")
  compadd -a out
  [[ -n "$files" ]] && _files
}
compdef _stash stash
`;

const FISH = `# stash completion for fish. Load it with:  stash completion fish | source
function __stash_complete
  set -l words (commandline -opc) (commandline -ct)
  for word in ($words[1] __complete -- $words[2..-1] 2>/dev/null </dev/null)
    if test "$word" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $word
    end
  end
end
complete -c stash -f -a '(__stash_complete)'
`;

const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH };
