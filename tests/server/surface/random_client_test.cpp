// A client that knows the protocol and keeps to none of it: any route by any right, with bodies that were good once or
// nearly are. Operations: SOTTO_RANDOM_OPERATIONS (1500), from the seed SOTTO_RANDOM_SEED (1).
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "server/route.hpp"
#include "server/surface/town.hpp"

namespace sotto::test {
namespace {

std::size_t setting(const char* name, std::size_t otherwise) {
  const char* const given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

class RandomClient {
 public:
  explicit RandomClient(std::size_t seed) : engine_(static_cast<std::mt19937::result_type>(seed)) {
    rights_ = {{},
               town.ana.headers(),
               town.bob.headers(),
               {Town::token(town.waiting->device.draft.token)},
               {Town::token(town.removed->device.draft.token)},
               {Town::token(town.receive_token)},
               {town.permit(town.ana, town.ana.permit)},
               {town.permit(town.bob, town.bob.permit)},
               {town.permit(town.ana, town.bob.permit)},
               {Town::header("Sotto-Grant", base::view(town.blob_grant.key()))},
               {Town::header("Sotto-Grant", base::view(town.group_grant.key()))},
               {Town::header("Sotto-Tag", town.read_tag)},
               {Town::header("Sotto-Tag", town.member_tag)}};
    for (const base::View id :
         {base::view(town.blob_grant.id()), base::view(town.other_grant.id()), base::view(town.group_grant.id()),
          base::View(town.group), base::View(town.other_group)})
      segments_.push_back(base::to_base64url(id));
    segments_.insert(segments_.end(), {"ana", "bob", "nobody", "nonsense"});
    make_bodies();
  }

  /// One operation; what is wrong with what came of it, or nothing.
  std::string play() {
    if (below(25) == 0) return mailbox(), "";
    const server::Route& route = server::routes()[below(server::routes().size())];
    net::Request request{.method = std::string(below(40) == 0 ? "PATCH" : route.method),
                         .target = target(route),
                         .headers = rights_[below(rights_.size())],
                         .body = body()};
    const std::string asked = request.method + " " + request.target;
    if (below(20) == 0) {
      cut(std::move(request));
      return "";
    }
    net::HttpClient client(town.world.network, town.world.time, town.world.endpoint(), {});
    const auto response = net::run(town.world.time, client.send(std::move(request), std::chrono::minutes(2)));
    if (!response) return "";  // refused before all of it was read
    ++statuses[response->status];
    if (response->status == 500 || response->status < 200) return asked + ": " + std::to_string(response->status);
    if (response->status != 200 || !route.path.ends_with("bundles") || request.method != route.method) return "";
    return given_once(response->body) ? "" : asked + ": a one-time prekey was given twice";
  }

  Town town;
  std::map<unsigned, std::size_t> statuses;

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : engine_() % end; }

  void make_bodies() {
    const auto add = [this](const google::protobuf::MessageLite& message) { bodies_.push_back(serialized(message)); };
    add(town.bob.letter_to(town.ana, "hello", 1));
    add(town.ana.letter_to(town.bob, "hello", 2));
    frames::PermitChange change;
    *change.add_add() = town.ana.permit_of_class(frames::Permit::GROUP, wire::Permit{3});
    add(change);
    frames::BundleRequest bundles;
    bundles.set_account_id(base::text(town.ana.draft.account_id().view()));
    add(bundles);
    frames::BlobGrantRequest grant;
    grant.set_kind(frames::BlobGrantRequest::ATTACHMENT);
    grant.set_size(1000);
    add(grant);
    frames::BlobFinish finish;
    finish.set_size(1000);
    finish.set_sha256(base::text(crypto::sha256({base::Blob(1000, 1)})));
    add(finish);
    for (const base::Blob& known :
         {town.ana.registration, town.replayed_list, town.replayed_name,
          town.group_state(town.group, 2, town.last_state, "next", town.admin), base::Blob(1000, 1), base::Blob()})
      bodies_.push_back(known);
  }

  std::string target(const server::Route& route) {
    std::string made;
    for (std::size_t i = 0; i < route.path.size(); ++i) {
      if (route.path[i] != '{') {
        made += route.path[i];
        continue;
      }
      made += segments_[below(segments_.size())];
      i = route.path.find('}', i);
    }
    if (below(3) == 0) made += "?offset=" + std::to_string(below(1200));
    return made;
  }

  base::Blob body() {
    base::Blob made = bodies_[below(bodies_.size())];
    for (std::size_t changes = below(2) == 0 ? 0 : 1 + below(4); changes > 0 && !made.empty(); --changes) {
      const std::size_t at = below(made.size());
      if (below(4) == 0)
        made.resize(at);
      else
        made[at] = static_cast<std::uint8_t>(engine_());
    }
    return made;
  }

  /// Sends the request and does not wait for what comes of it.
  void cut(net::Request request) {
    net::HttpClient client(town.world.network, town.world.time, town.world.endpoint(), {});
    static_cast<void>(net::run(town.world.time, client.send(std::move(request), std::chrono::milliseconds(below(30)))));
  }

  void mailbox() {
    auto& whose = below(2) == 0 ? town.ana : town.bob;
    auto opened = whose.open_mailbox();
    if (!opened) return;
    for (std::size_t frames = below(4); frames > 0; --frames) {
      frames::ClientFrame frame;
      for (std::size_t acks = below(5); acks > 0; --acks) frame.mutable_ack()->add_positions(below(2000));
      base::Blob bytes = serialized(frame);
      if (below(3) == 0) bytes = body();
      static_cast<void>(net::run(town.world.time, (*opened)->send(std::move(bytes))));
    }
    town.world.time.settle();
    (*opened)->cut();
  }

  bool given_once(const base::Blob& answer) {
    frames::Bundles bundles;
    if (!bundles.ParseFromArray(answer.data(), static_cast<int>(answer.size()))) return true;
    for (const std::string& bytes : bundles.bundles()) {
      const auto bundle = wire::DeviceBundle::parse(base::view(bytes));
      if (!bundle) return false;
      if (bundle->one_time && !keys_.insert(base::to_hex(bundle->one_time->key)).second) return false;
    }
    return true;
  }

  std::mt19937 engine_;
  std::vector<std::vector<net::Header>> rights_;
  std::vector<std::string> segments_;
  std::vector<base::Blob> bodies_;
  std::set<std::string> keys_;
};

TEST(RandomClient, NeitherBreaksTheServerNorGetsAOneTimePrekeyTwice) {
  const std::size_t seed = setting("SOTTO_RANDOM_SEED", 1);
  RandomClient client(seed);
  for (std::size_t left = setting("SOTTO_RANDOM_OPERATIONS", 1500); left > 0; --left) {
    const std::string wrong = client.play();
    ASSERT_EQ(wrong, "") << "seed " << seed << ", " << left << " before the end";
  }
  EXPECT_GT(client.statuses[200], 20u) << "hardly anything was taken: it tests only refusals";
  EXPECT_GT(client.statuses[400], 20u);
  TestDevice carl{client.town.world, 77, "carl"};
  client.town.world.time.run_for(std::chrono::hours(2));  // whatever it used up of what all share
  ASSERT_EQ(carl.move_in().status, 200u);
  EXPECT_EQ(client.town.bob.send(carl, "still here", 99).status, 200u);
  EXPECT_EQ(carl.status().queued_envelopes(), 1u);
}

}  // namespace
}  // namespace sotto::test
