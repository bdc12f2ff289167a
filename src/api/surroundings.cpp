#include "api/surroundings.hpp"

#include "api/handles.hpp"

namespace sotto::api {
namespace {

using protocol::Address;
using protocol::Trust;
using protocol::Use;

// With a known key that one and no other; without one the caller decides before it commits.
Result<Trust> trust_in(sotto_view known_identity) {
  if (known_identity.size == 0) return Trust([](const Address&, const crypto::PublicKey&, Use) { return true; });
  TRY(const crypto::PublicKey known, parse_public_key(known_identity));
  return Trust([known](const Address&, const crypto::PublicKey& identity, Use) { return identity == known; });
}

}  // namespace

Result<Surroundings> Surroundings::parse(const sotto_context* context) {
  if (context == nullptr || context->identity == nullptr || !is_usable(context->random)) return SOTTO_INVALID_ARGUMENT;
  TRY(Address local, api::parse(context->local));
  TRY(Address remote, api::parse(context->remote));
  TRY(Trust trust, trust_in(context->known_identity));
  return Surroundings({.identity = &context->identity->keys,
                       .registration_id = protocol::RegistrationId(context->registration_id),
                       .local = std::move(local),
                       .remote = std::move(remote),
                       .trust = std::move(trust),
                       .now_ms = context->now_ms,
                       .random = CallersRandom(context->random)});
}

protocol::Context Surroundings::borrow() {
  return {.identity = *parts_.identity,
          .registration_id = parts_.registration_id,
          .local = parts_.local,
          .remote = parts_.remote,
          .trust = parts_.trust,
          .now_ms = parts_.now_ms,
          .random = parts_.random};
}

}  // namespace sotto::api
