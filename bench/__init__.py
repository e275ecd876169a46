"""The benchmark programs behind `make bench`: ratios within one run, never a figure without its floor."""
