#pragma once
#include "client/contents.hpp"
#include "store/peers.hpp"

/// The history for another device of ours: in parts, a few under way at a time, each kept there before the next leaves.
/// It goes on wherever it stood when both devices are there again.
namespace sotto::client {

class Engine;

namespace histories {

/// Begins, or begins anew. Own other devices are told.
///
/// returns  how many messages there are
/// errors   refused  no such device, or this very one; this is no admin device
Result<std::int64_t> give(Engine& engine, wire::DeviceNumber device);
/// How many messages there would be to give.
Result<std::int64_t> count(Engine& engine);
/// What is or was under way, from here and to here.
Result<std::vector<contents::HistoryNow>> progress(Engine& engine);

/// A part that leaves now, with the messages as they are now, if this is the very device that it is for.
void fill(store::Transaction& in, wire::SyncHistory& part, const store::PeerDevice& device);
/// What was under way for long without an answer leaves again; what is for a device that is gone ends.
void resume(store::Transaction& in, const outbox::Lent& lent);

// Of other own devices
contents::Outcome take(store::Transaction& in, const outbox::Lent& lent, const wire::SyncHistory& part,
                       const contents::Speaker& speaker);
contents::Outcome note_taken(store::Transaction& in, const outbox::Lent& lent, const wire::SyncHistoryTaken& taken,
                             const contents::Speaker& speaker);

}  // namespace histories
}  // namespace sotto::client
