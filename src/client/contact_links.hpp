#pragma once
#include "client/engine.hpp"

/// Contact links that can be taken back one by one (design, section 6): each has a permit of its own.
namespace sotto::client::contact_links {

constexpr std::size_t max_label = 64;  // bytes of UTF-8

struct Link {
  std::string label;
  std::string text;                   // sotto-contact:…
  std::optional<base::Day> last_day;  // on which it is good
};

/// To be told to the server by Engine::settle_permits() before it is given to anybody.
///
/// errors  refused  a label that is taken, empty or too long; 64 links are there
Result<Link> create(Engine& engine, const std::string& label, std::optional<std::int64_t> days);
Result<std::vector<Link>> list(Engine& engine);
/// Who came by it and was accepted stays a contact. The label `address` stands for the account's own address: it is
/// another one afterwards.
Result<void> revoke(Engine& engine, const std::string& label);

}  // namespace sotto::client::contact_links
