#pragma once
#include <optional>
#include <string>

#include "store/store.hpp"
#include "wire/ids.hpp"

/// Where what is for a contact goes: the home server that the person agreed to, by adding or accepting the contact. A
/// signed list with another one is asked about before anything connects there.
namespace sotto::store::homes {

struct Agreed {
  std::string server;       // HOST:PORT
  std::uint32_t links = 0;  // and epoch: what a link named, below which no statement is taken
  std::uint32_t epoch = 0;
};
std::optional<Agreed> load(Transaction& in, const wire::AccountId& account);
/// Adds, or takes the place of what was agreed before.
void agree(Transaction& in, const wire::AccountId& account, const Agreed& home);

}  // namespace sotto::store::homes
