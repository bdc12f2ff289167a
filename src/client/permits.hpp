#pragma once
#include <optional>

#include "client/problem.hpp"
#include "store/own_account.hpp"
#include "store/permits.hpp"

/// The rights to write to this account without saying who writes (design, section 6).
namespace sotto::client::permits {

constexpr std::size_t spares = 16;  // link permits that the server knows and nobody has yet

/// The contact permit: HKDF(profile key, `Sotto v1 contact permit`, 16).
wire::Permit contact_permit(const store::ProfileKey& key);

/// What the server is to be told, if anything is due: new permits, and once a month all of them with a later last day.
struct Change {
  base::Blob request;                      // PUT /v1/permits
  std::vector<wire::Permit> link_permits;  // that it registers
};
std::optional<Change> due(store::Transaction& in, const store::OwnAccount& own, base::Timestamp now,
                          base::Random& random);

}  // namespace sotto::client::permits
