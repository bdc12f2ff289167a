#pragma once
#include "server/accounts/statements.hpp"
#include "wire/acts.hpp"

/// What all acts have in common: how one is read and judged, and what is answered.
namespace sotto::server {

/// An act whose challenge is good, beside the account that it names. Whose act it is has not been asked yet.
struct Begun {
  wire::ParsedAct parsed;
  KnownAccount account;
  wire::Introduction held;
  std::string authority;
};
template <class T>
using Judged = base::Result<T, net::Response>;

/// An account that isn't there is answered as a signature that isn't its own would be.
asio::awaitable<Judged<Begun>> begin_judging(Context& context, const Call& call);
/// Of every operation but the list's: judged under the list that stands. The answer, if it is refused.
std::optional<net::Response> judge(Context& context, const Begun& begun, wire::Operation operation);
/// Counted once an act is known to be the account's own: nobody else uses its budget up.
std::optional<net::Response> wait_before_acting(Context& context, const KnownAccount& account);

/// The devices of a list as the storage takes them; which rows they have, it knows itself.
std::vector<KnownDevice> listed(const wire::DeviceList& list, AccountRow account);
ActOn act_on(const Begun& begun, base::Day day);
net::Response list_passed(const base::Blob& introduction);
net::Response answer_to(const ActOutcome& outcome);
/// Says it to the devices that remain, and ends the connections of the others.
void tell_outcome(Context& context, const ActOutcome& outcome, const wire::frames::Notice& notice);

}  // namespace sotto::server
