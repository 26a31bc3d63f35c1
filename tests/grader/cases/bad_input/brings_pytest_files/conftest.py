print("LOADED conftest")
raise SystemExit("LOADED")
