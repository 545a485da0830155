#!/bin/sh
# The suites of the shipped regions, case by case, with the program that is shipped.
for broker in "${REFBROKER_ROOT:-.}"/config/*/broker.yaml; do
    region=${broker%/broker.yaml}
    [ -e "$region/policy_test.yaml" ] || { echo "1..1"; echo "not ok 1 - $region has no policy_test.yaml"; continue; }
    "${REFBROKER_BUILD:-build/default}/refctl" policy test "$region" --tap --lang en
done
