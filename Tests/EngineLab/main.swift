import Engine
print(Network.self)
