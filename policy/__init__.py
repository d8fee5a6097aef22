"""The policy pack: rules that judge every resource before it is made, one a file in `rules/`."""
