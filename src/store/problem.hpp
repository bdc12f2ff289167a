#pragma once
#include <string>

namespace sotto::store {

enum class Error {
  no_store,          // nothing has been made in this folder yet
  already_there,     // a store is here already
  wrong_passphrase,  //
  damaged,           // not a database, cut off, or with a page that fails its check
  newer_version,     // written by a later version of the program
  old_library,       // another SQLite than SQLCipher 4.6 answers
  in_use,            // another process holds the folder
  disk_full,         //
  not_writable,      // permissions, or a read-only file system
  out_of_memory,     // Argon2id could not get its memory
  io,                // the system failed in another way
};

/// What went wrong, and what the person can do about it.
struct Problem {
  Error error;
  std::string message;
};

}  // namespace sotto::store
