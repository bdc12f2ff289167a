// What somebody learns who takes the whole state of one end at one moment: nothing that was read before, and nothing
// after the next turns of both ratchets.
#include <gtest/gtest.h>

#include <set>

#include "base/encoding.hpp"
#include "protocol/person.hpp"

namespace sotto::protocol {
namespace {

using test::Person;

struct Conversation {
  Person ana{"9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1}, ben{"796abedb-ca4e-4f18-8803-1fde5b921f9f", 1, 2};

  Conversation() {
    EXPECT_TRUE(ana.start(ben.publish(true), ben.address));
    says(ana, ben);
    says(ben, ana);
  }

  test::Sent says(Person& from, Person& to) {
    auto sent = from.send(to.address, base::view("text"));
    EXPECT_TRUE(sent.has_value());
    EXPECT_TRUE(to.receive(from.address, *sent).has_value());
    return *std::move(sent);
  }
  void talk(int turns) {
    for (int i = 0; i < turns; ++i) says(ana, ben), says(ben, ana);
  }

  // Whether the thief, with what was taken from `whose`, reads the message. The taken record goes on with it.
  bool reads(Record& taken, Person& whose, const Person& from, const test::Sent& sent) {
    auto read = decrypt_signal(taken, sent.bytes, whose.context(from.address));
    if (read) taken = std::move(read->record);
    return read.has_value();
  }
};

// Every secret of the Double Ratchet that a message's key could be found from.
std::set<std::string> secrets_of(const State& state) {
  std::set<std::string> found{base::to_hex(state.root_key.expose()), base::to_hex(state.sending.key.expose()),
                              base::to_hex(state.sending.ratchet_key.private_key.expose()),
                              base::to_hex(seed(state.sending.key).expose())};
  for (std::size_t i = 0; i < state.receiving.size(); ++i) {
    found.insert(base::to_hex(state.receiving[i].key.expose()));
  }
  return found;
}

bool holds(const Record& record, const std::string& secret) {
  return base::to_hex(record.serialize().expose()).find(secret) != std::string::npos;
}

TEST(ForwardSecrecy, AStateTakenNowOpensNothingThatWasReadBefore) {
  Conversation talk;
  std::vector<test::Sent> heard;
  for (int i = 0; i < 5; ++i) {
    heard.push_back(talk.says(talk.ana, talk.ben));
    heard.push_back(talk.says(talk.ana, talk.ben));
    talk.says(talk.ben, talk.ana);
  }
  for (const test::Sent& sent : heard) {
    Record taken = talk.ben.record;
    EXPECT_FALSE(talk.reads(taken, talk.ben, talk.ana, sent));
  }
}

TEST(ForwardSecrecy, AChainKeyIsGoneWithTheMessageThatUsedIt) {
  Conversation talk;
  for (int i = 0; i < 200; ++i) {
    const std::string sending = base::to_hex(talk.ana.record.current()->sending.key.expose());
    const std::string seed_of_it = base::to_hex(seed(talk.ana.record.current()->sending.key).expose());
    EXPECT_TRUE(holds(talk.ana.record, sending));
    talk.says(talk.ana, talk.ben);
    EXPECT_FALSE(holds(talk.ana.record, sending));
    EXPECT_FALSE(holds(talk.ben.record, sending));
    EXPECT_FALSE(holds(talk.ben.record, seed_of_it));
    if (i % 3 == 0) talk.says(talk.ben, talk.ana);
  }
}

TEST(ForwardSecrecy, NoSecretOutlivesSixTurnsOrTwoPostQuantumEpochs) {
  Conversation talk;
  std::set<std::string> before = secrets_of(*talk.ana.record.current());
  before.merge(secrets_of(*talk.ben.record.current()));
  const std::string spqr_root = base::to_hex(talk.ana.record.current()->spqr.chains.root().expose());
  EXPECT_TRUE(holds(talk.ana.record, spqr_root));
  talk.talk(6);  // a state keeps five receiving chains
  for (const std::string& secret : before) {
    EXPECT_FALSE(holds(talk.ana.record, secret));
    EXPECT_FALSE(holds(talk.ben.record, secret));
  }
  talk.talk(100);  // an epoch takes 43 or 44 turns
  EXPECT_FALSE(holds(talk.ana.record, spqr_root));
  EXPECT_FALSE(holds(talk.ben.record, spqr_root));
}

TEST(Healing, AStateTakenOnceReadsNoFurtherThanTheNextTurn) {
  Conversation talk;
  Record taken = talk.ben.record;
  EXPECT_TRUE(talk.reads(taken, talk.ben, talk.ana, talk.says(talk.ana, talk.ben)));  // the chain that was taken
  talk.says(talk.ben, talk.ana);                                                      // with a key the thief never saw
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(talk.reads(taken, talk.ben, talk.ana, talk.says(talk.ana, talk.ben)));
    talk.says(talk.ben, talk.ana);
  }
}

// The thief breaks every X25519 from now on, as a quantum computer would, and gets the classical half of each new
// state. What is left to keep it out is the post-quantum ratchet.
TEST(Healing, AgainstWhoBreaksEveryAgreementTheNextWholeEpochShutsTheDoor) {
  for (const int before : {1, 20, 40, 50, 70}) {
    SCOPED_TRACE(before);
    Conversation talk;
    talk.talk(before);
    spqr::State taken = talk.ben.record.current()->spqr.clone();
    const std::uint64_t epoch = taken.braid.epoch();
    std::uint64_t last_read = 0;
    for (int i = 0; i < 150; ++i) {
      State hybrid = talk.ben.record.current()->clone();
      hybrid.spqr = taken.clone();
      Record thiefs = Record().with_new_current(std::make_shared<State>(std::move(hybrid)));
      const test::Sent sent = talk.says(talk.ana, talk.ben);
      talk.says(talk.ben, talk.ana);
      if (!talk.reads(thiefs, talk.ben, talk.ana, sent)) continue;
      taken = thiefs.current()->spqr.clone();
      last_read = talk.ben.record.current()->spqr.braid.epoch();
    }
    EXPECT_GE(talk.ben.record.current()->spqr.braid.epoch(), epoch + 3);
    EXPECT_GE(last_read, epoch);      // it did read on for a while
    EXPECT_LE(last_read, epoch + 2);  // the epoch under way may have been lost with the state, the next one is not
  }
}

}  // namespace
}  // namespace sotto::protocol
