#pragma once
#include <filesystem>
#include <vector>

#include "base/random.hpp"
#include "net/http.hpp"
#include "wire/permit.hpp"

namespace sotto::bench {

/// A device as a load generator knows it. Nothing in its account is looked at by what is measured.
struct Resident {
  wire::AccountId account;
  wire::MailboxId mailbox;
  base::Bytes<32> token;
  wire::Permit permit;

  std::string bearer() const;         // the value of Authorization
  std::string permit_header() const;  // the value of Sotto-Permit
};

/// Makes a server's data folder anew, with this many accounts of one device each, and one-time prekeys for the first
/// `with_prekeys` of them.
std::vector<Resident> populate(const std::filesystem::path& data, std::size_t count, std::size_t with_prekeys = 0);

/// Puts envelopes of this size into the mailboxes, behind the server's back while it is down: `each` for every
/// resident.
void fill_mailboxes(const std::filesystem::path& data, const std::vector<Resident>& residents, std::size_t each,
                    std::size_t size);

}  // namespace sotto::bench
