"""The crash drill: Roust under SIGKILL, judged by what a provider received and what the API answered."""
