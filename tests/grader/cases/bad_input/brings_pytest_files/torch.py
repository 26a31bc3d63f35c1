raise SystemExit("LOADED")
