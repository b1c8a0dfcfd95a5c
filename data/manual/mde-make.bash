# Completion of mde-make: its targets and settings, the presets of RUN= and words of other settings, the flags of tools.
_mde_make() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} setting='' folder words=''
  folder=$(realpath "$(type -P "${COMP_WORDS[0]}")") && folder=${folder%/data/make/mde-make}
  # RUN=demo is three words: RUN, = and demo.
  if [[ $word == = ]]; then
    setting=$before word=''
  elif [[ $before == = ]]; then
    setting=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $setting in
    '')
      words=$(sed -nE 's/^## ([a-z-]+): .*/\1/p; s/^([A-Z_]+) +\?=.*/\1=/p' "$folder"/{Makefile,data/make/*.mk})
      words+=" $(sed -n '/^tools :=/,/[^\]$/p' "$folder/data/make/settings.mk" | grep -oE '[a-z]+-[a-z]+' | sed 's/$/.flags=/')"
      ;;
    RUN) words=$(cd "$folder/data/presets" && ls -- *.mk | sed 's/\.mk$//') ;;
    CLUSTER) words=slurm ;;
    ENGINE) words='swift torch' ;;
    PROGRESS) words='auto always never' ;;
    MINIMIZE) words='predicted mde' ;;
    NEXT_BY) words='gain variance improvement space' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
}
complete -o bashdefault -o default -F _mde_make mde-make
