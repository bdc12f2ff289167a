# What the documents say about the tree.
sotto_python_tests("${CMAKE_CURRENT_LIST_DIR}" Docs "PYTHONDONTWRITEBYTECODE=1")
