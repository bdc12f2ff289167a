#include "protocol/session/context.hpp"

namespace sotto::protocol {

bool is_self_session(const Context& context, const crypto::PublicKey& local, const crypto::PublicKey& remote) {
  const auto here = context.local.service_id(), there = context.remote.service_id();
  return local == remote && here && there && *here == *there;
}

}  // namespace sotto::protocol
