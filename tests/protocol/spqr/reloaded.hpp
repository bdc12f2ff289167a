#pragma once
#include <gtest/gtest.h>

#include "protocol/spqr/ratchet.hpp"

namespace sotto::test {

inline base::SecretBlob stored(const protocol::spqr::State& state) {
  protocol::StoredWriter write(state.stored_size());
  state.store(write);
  return write.finish();
}

/// The state after a restart: from its stored form, which is the same again.
inline protocol::spqr::State reloaded(const protocol::spqr::State& state) {
  const base::SecretBlob bytes = stored(state);
  protocol::StoredReader read(bytes.expose());
  auto again = protocol::spqr::State::restore(read);
  EXPECT_TRUE(again.has_value() && read.is_finished());
  EXPECT_TRUE(base::same(stored(*again).expose(), bytes.expose()));
  return *std::move(again);
}

}  // namespace sotto::test
