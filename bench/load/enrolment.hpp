#pragma once
#include "bench/lines/lines.hpp"
#include "bench/load/options.hpp"
#include "bench/load/speech.hpp"
#include "net/http_client.hpp"

/// What happens before and after a load: accounts come, sessions begin, accounts go. A few requests at a time, and
/// slower when the server asks for it.
namespace sotto::bench {

/// Why there can be no load, in words for the operator.
using Obstacle = std::string;

/// errors  the server can't be reached, or refuses: its own words
base::Result<Accounts, Obstacle> enrol(Clients& clients, const LoadOptions& options, std::size_t one_time_prekeys);
/// Fetches the bundles that the speech wants, by permit.
std::optional<Obstacle> meet(Clients& clients, const Town& town, Speech& speech);
/// Asks for the deletion of the accounts, which the server does when a week is over.
std::optional<Obstacle> dismiss(Clients& clients, const Accounts& accounts);

}  // namespace sotto::bench
