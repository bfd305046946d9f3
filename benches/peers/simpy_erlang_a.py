"""Erlang-A as SimPy's documentation would write it (compare its example "Bank Renege").

Prints one line of JSON: speed, and the figures that show that it is the same model.
"""

import json
import random
import sys
import time

import simpy

SERVICE_S = 180.0
PATIENCE_S = 120.0
WITHIN_S = 20.0


class Figures:
    def __init__(self):
        self.waited = 0
        self.abandoned = 0
        self.within = 0
        self.waiting_s = 0.0


def source(env, calls, gap_s, agents, figures):
    """Generates the calls at random."""
    for _ in range(calls):
        env.process(call(env, agents, figures))
        yield env.timeout(random.expovariate(1.0 / gap_s))


def call(env, agents, figures):
    """A caller arrives, is served or hangs up."""
    arrive = env.now
    with agents.request() as request:
        patience = random.expovariate(1.0 / PATIENCE_S)
        if not request.triggered:
            figures.waited += 1
        # Wait for an agent or give up.
        results = yield request | env.timeout(patience)
        wait = env.now - arrive
        figures.waiting_s += wait
        if request in results:
            figures.within += wait <= WITHIN_S
            yield env.timeout(random.expovariate(1.0 / SERVICE_S))
        else:
            figures.abandoned += 1


def main():
    agent_count, erlang, calls = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    random.seed(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    figures = Figures()
    env = simpy.Environment()
    agents = simpy.Resource(env, capacity=agent_count)
    env.process(source(env, calls, SERVICE_S / erlang, agents, figures))
    wall, cpu = time.perf_counter(), time.process_time()
    env.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({
        "peer": f"SimPy {simpy.__version__}",
        "agents": agent_count,
        "erlang": erlang,
        "calls": calls,
        "calls_per_s": round(calls / wall),
        "calls_per_cpu_s": round(calls / cpu),
        "p_wait": figures.waited / calls,
        "p_abandon": figures.abandoned / calls,
        "mean_wait_s": figures.waiting_s / calls,
        "within_20_s": figures.within / calls,
    }))


main()
