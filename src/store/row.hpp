#pragma once
#include <optional>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/sqlite.hpp"

/// Turning columns back into types. What we wrote ourselves must read; if it does not, the database is damaged.
namespace sotto::store {

[[noreturn]] inline void damaged(const char* what) {
  throw SqlError{{Error::damaged, std::string("the store's ") + what + " is damaged: put the folder back from a copy"}};
}

template <class T, class E>
T sound(base::Result<T, E> result, const char* what) {
  if (!result) damaged(what);
  return *std::move(result);
}

template <class T>
T sound(std::optional<T> value, const char* what) {
  if (!value) damaged(what);
  return *std::move(value);
}

/// A secret of fixed size, wiped on the way.
template <class Key>
Key secret(const Statement& row, int column, const char* what) {
  const base::SecretBlob bytes(row.blob(column));
  if (bytes.size() != Key::size) damaged(what);
  return Key(bytes.expose().template first<Key::size>());
}

}  // namespace sotto::store
