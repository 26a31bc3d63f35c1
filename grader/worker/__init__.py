"""Everything that runs in the untrusted process, beside the submission. It knows torch and the wire, no judge."""
