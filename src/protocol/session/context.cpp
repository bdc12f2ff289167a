#include "protocol/session/context.hpp"

namespace sotto::protocol {

bool is_self_session(const Context& context, const crypto::PublicKey& local, const crypto::PublicKey& remote) {
  if (local != remote) return false;  // nearly always: no name is parsed for that
  const auto here = context.local.service_id(), there = context.remote.service_id();
  return here && there && *here == *there;
}

}  // namespace sotto::protocol
