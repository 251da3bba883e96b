"""Training pipeline of the InnCall codec: data, networks, training, export."""
