#include "server/devices/rendezvous.hpp"

#include <boost/endian/conversion.hpp>

#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/parameters.hpp"
#include "server/shown.hpp"

namespace sotto::server {
namespace {

using Side = RendezvousHall::Side;

net::Response no_such_rendezvous() {
  return refuse(404, "no_such_rendezvous", "there is no such rendezvous, or it is over");
}

struct At {
  RendezvousHall::Id id;
  Side side;
};

std::optional<At> place(Context& context, Call& call) {
  const auto id = id_in(call);
  const base::SecretBlob key = shown(call.request, rendezvous_header);
  forget_shown(call.request);
  if (!id || key.size() != 16) return std::nullopt;
  const auto side = context.rendezvous.side_of(*id, key.expose());
  if (!side) return std::nullopt;
  return At{.id = *id, .side = *side};
}

LongPolls::Subject subject_of(const RendezvousHall::Id& id) { return boost::endian::load_big_u64(id.data()) | 1; }

}  // namespace

asio::awaitable<net::Response> open_rendezvous(Context& context, Call call) {
  const unsigned wait = context.strangers.wait_before(limits::Deed::meeting, call.stranger);
  if (wait > 0) co_return too_many(wait);
  const auto opened = context.rendezvous.open();
  if (!opened) co_return refuse_for_now(503, "busy", "too many devices are being linked; try again later");
  wire::frames::RendezvousOpened answer;
  answer.set_rendezvous_id(base::text(opened->id));
  answer.set_key(base::text(opened->key));
  co_return ok(answer);
}

asio::awaitable<net::Response> join_rendezvous(Context& context, Call call) {
  const auto id = id_in(call);
  if (!id) co_return no_such_rendezvous();
  RendezvousHall::Key key{};
  switch (context.rendezvous.join(*id, key)) {
    case RendezvousHall::Joining::unknown:
      co_return no_such_rendezvous();
    case RendezvousHall::Joining::taken:
      co_return refuse(409, "rendezvous_taken", "somebody has joined this rendezvous already");
    case RendezvousHall::Joining::joined:
      break;
  }
  wire::frames::RendezvousJoined answer;
  answer.set_key(base::text(key));
  co_return ok(answer);
}

asio::awaitable<net::Response> put_rendezvous_message(Context& context, Call call) {
  const auto at = place(context, call);
  if (!at) co_return no_such_rendezvous();
  const auto put = context.rendezvous.put(at->id, at->side, std::move(call.request.body));
  if (put == RendezvousHall::Put::full)
    co_return refuse(409, "rendezvous_full", "no more messages fit into this rendezvous");
  context.long_polls.ring(subject_of(at->id));
  co_return ok();
}

asio::awaitable<net::Response> take_rendezvous_messages(Context& context, Call call) {
  const auto at = place(context, call);
  if (!at) co_return no_such_rendezvous();
  const std::uint64_t after = number_in(call, "after").value_or(0);
  LongPolls::Place waiting(context.long_polls, subject_of(at->id));
  for (bool goes_on = true;;) {
    const auto messages = context.rendezvous.messages_for(at->id, at->side, after);
    if (!messages) co_return no_such_rendezvous();
    if (!messages->empty() || !goes_on) {
      wire::frames::RendezvousMessages answer;
      for (const base::Blob& message : *messages) answer.add_messages(base::text(message));
      co_return ok(answer);
    }
    goes_on = co_await waiting.wait();
  }
}

asio::awaitable<net::Response> close_rendezvous(Context& context, Call call) {
  const auto at = place(context, call);
  if (!at) co_return no_such_rendezvous();
  context.rendezvous.close(at->id);
  context.long_polls.ring(subject_of(at->id));
  co_return ok();
}

}  // namespace sotto::server
